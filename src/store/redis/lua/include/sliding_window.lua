-- Sliding-window limits: at most `cap` events in any `length` ms. The rules, and why, stand in src/limits/sliding-window-limit.ts and
-- src/store/memory/sliding-window-log.ts. Stored as MessagePack: { at, count, at, count, ... } in order of time. A key is only ever
-- written with its expiry.

local function bucket_ms(cap, length)
  if cap <= 64 then return 0 end
  return math.ceil(length / 64)
end

local function same_bucket(a, b, bucket)
  if bucket == 0 then return a == b end
  return math.floor(a / bucket) == math.floor(b / bucket)
end

-- What still counts, and how many events that is.
local function live_entries(key, length)
  local raw = held[key]
  if not raw then return {}, 0 end
  local log, live, total = cmsgpack.unpack(raw), {}, 0
  for i = 1, #log, 2 do
    if log[i] + length > now then
      live[#live + 1] = log[i]
      live[#live + 1] = log[i + 1]
      total = total + log[i + 1]
    end
  end
  return live, total
end

-- Milliseconds until one more event is allowed; 0 for at once.
local function wait_ms(live, total, cap, length)
  local wait = 0
  for i = 1, #live, 2 do
    if total < cap then break end
    total = total - live[i + 1]
    wait = live[i] + length - now
  end
  return wait
end

local function add_event(key, live, cap, length)
  local bucket, n = bucket_ms(cap, length), #live
  if bucket > 0 and n > 0 and same_bucket(live[n - 1], now, bucket) then
    live[n - 1] = now
    live[n] = live[n] + 1
  else
    live[n + 1] = now
    live[n + 2] = 1
  end
  redis.call('SET', key, cmsgpack.pack(live), 'PX', live[#live - 1] + length - now)
end

-- What is left after a refund, which a full Redis allows, since its first write is none that it refuses. Not deleted first: while a
-- cluster moves a slot, its keys can't be written again once they are gone.
local function write_rest(key, live, life)
  if life then
    redis.call('PEXPIRE', key, life)
    redis.call('SET', key, cmsgpack.pack(live), 'PX', life)
  else
    redis.call('DEL', key)
  end
end

-- Refunds one event of the time `at`, if it is still there.
local function refund_event(key, at, cap, length)
  local live, bucket = live_entries(key, length), bucket_ms(cap, length)
  for i = #live - 1, 1, -2 do
    if same_bucket(live[i], at, bucket) then
      live[i + 1] = live[i + 1] - 1
      if live[i + 1] == 0 then
        table.remove(live, i + 1)
        table.remove(live, i)
      end
      return write_rest(key, live, #live > 0 and live[#live - 1] + length - now)
    end
  end
end

-- Refunds the latest event, if there is one.
local function refund_latest_event(key, cap, length)
  local live = live_entries(key, length)
  if #live > 0 then refund_event(key, live[#live - 1], cap, length) end
end

-- Some limits cap different values in any `length` ms instead of events. Their logs are { at, count, value, ... } in order of time, with
-- one entry for all events of a value in a bucket, so that they stay small.

-- What still counts, how many values that would be with this one, and ms until it is allowed.
local function check_value(key, cap, length, value)
  local raw, live, latest = held[key], {}, {}
  local log = raw and cmsgpack.unpack(raw) or {}
  for i = 1, #log, 3 do
    if log[i] + length > now then
      for field = i, i + 2 do live[#live + 1] = log[field] end
      latest[log[i + 2]] = log[i]
    end
  end
  local ends = {}
  for _, at in pairs(latest) do ends[#ends + 1] = at end
  if latest[value] then return live, #ends, 0 end
  table.sort(ends)
  local leaves = ends[#ends - cap + 1]
  return live, #ends + 1, leaves and leaves + length - now or 0
end

local function find_value(live, at, length, value)
  local bucket = math.ceil(length / 64)
  for i = #live - 2, 1, -3 do
    if live[i + 2] == value and same_bucket(live[i], at, bucket) then return i end
  end
end

local function add_value(key, live, length, value)
  local i, count = find_value(live, now, length, value), 1
  if i then
    count = live[i + 1] + 1
    for _ = 1, 3 do table.remove(live, i) end
  end
  for _, field in ipairs({ now, count, value }) do live[#live + 1] = field end
  redis.call('SET', key, cmsgpack.pack(live), 'PX', length)
end

-- Refunds one event of that value and of the time `at`, if it is still there.
local function refund_value(key, at, cap, length, value)
  local live = check_value(key, cap, length, value)
  local i = find_value(live, at, length, value)
  if not i then return end
  live[i + 1] = live[i + 1] - 1
  if live[i + 1] == 0 then
    for _ = 1, 3 do table.remove(live, i) end
  end
  write_rest(key, live, #live > 0 and live[#live - 2] + length - now)
end

-- What is counted in KEYS[first_key]... KEYS[last_key], given { cap, length, value, cap, length, value, ... } from `b` on; value 0 where
-- events are counted. Returns the longest wait in ms (0: all have room), the index from 0 of its limit, their logs, and their counts with
-- one more event. Limits whose bit is set in `spared` (the first: 1, the second: 2, the third: 4...) refuse nothing.
local function check_all(first_key, last_key, bounds, b, spared)
  local longest, index, logs, counts = 0, 0, {}, {}
  for i = first_key, last_key do
    local cap, length, value = bounds[b], bounds[b + 1], bounds[b + 2]
    local live, count, wait
    if value > 0 then
      live, count, wait = check_value(KEYS[i], cap, length, value)
    else
      local total
      live, total = live_entries(KEYS[i], length)
      count, wait = total + 1, wait_ms(live, total, cap, length)
    end
    local is_spared = bit.band(spared or 0, bit.lshift(1, i - first_key)) ~= 0
    if wait > longest and not is_spared then longest, index = wait, i - first_key end
    logs[#logs + 1] = live
    counts[#counts + 1] = count
    b = b + 3
  end
  return longest, index, logs, counts
end

-- Counts one event in each of them, given their logs.
local function count_all(first_key, last_key, bounds, b, logs)
  for i = first_key, last_key do
    local live, length, value = logs[i - first_key + 1], bounds[b + 1], bounds[b + 2]
    if value > 0 then add_value(KEYS[i], live, length, value) else add_event(KEYS[i], live, bounds[b], length) end
    b = b + 3
  end
end

-- Refunds one event of the time `at` in each of them.
local function refund_all(first_key, last_key, bounds, b, at)
  for i = first_key, last_key do
    local cap, length, value = bounds[b], bounds[b + 1], bounds[b + 2]
    if value > 0 then refund_value(KEYS[i], at, cap, length, value) else refund_event(KEYS[i], at, cap, length) end
    b = b + 3
  end
end
