-- What allowances hold of a client, a network, a parent of networks or a pool. The same arithmetic stands in
-- src/store/memory/allowance-log.ts and allowance-standing.ts, and test/store/allowances-alike holds both to each other.
--
-- Logs are { at, count, at, count, ... } in order of time; a standing (of a client, a network or a parent of networks) is { confirmations
-- decayed over a day, over ten days, the hour to which they are decayed, then the log of its unconfirmed messages }. Both MessagePack.

local HOUR_MS, DAY_MS, WEEK_MS, HISTORY_MS = 3600000, 86400000, 604800000, 2592000000
local YOUNG_MS, CREDIT_MS, AGAIN_MS = 259200000, 6048000000, 900000
local MAX_ENTRIES, STEPS, MOST_DEBTS, KNOWN = 64, 48, 60, 0.05
local SMALL_HISTORY, SMALL_HISTORY_MS = 5, 259200000
-- Where the log of a standing begins, and that of a pool.
local DEBTS, POOL = 4, 1

local function unpacked(raw, empty)
  return raw and cmsgpack.unpack(raw) or empty
end

-- How many messages of the log that begins at `first` are younger than `length`.
local function count_within(log, first, length)
  local count = 0
  for i = #log - 1, first, -2 do
    if log[i] + length <= now then break end
    count = count + log[i + 1]
  end
  return count
end

-- Ms until fewer than `limit` are younger than `length`, if no more come; 0 if they are.
local function wait_below(log, first, length, limit)
  local count, wait = count_within(log, first, length), 0
  for i = first, #log - 1, 2 do
    if count < limit then break end
    if log[i] + length > now then
      count = count - log[i + 1]
      wait = log[i] + length - now
    end
  end
  return wait
end

-- Lets go of what stands at `from` and behind.
local function cut(log, from)
  for i = #log, from, -1 do log[i] = nil end
end

-- One message more, in place; what is older than `keep` leaves the log. Returns whether nothing but { now, 1 } at its end is new.
local function add_message(log, first, keep)
  local last, is_appended = #log - 1, true
  if last >= first and log[first] + keep <= now then
    last = first - 2
    for i = first, #log - 1, 2 do
      if log[i] + keep > now then
        last = last + 2
        log[last], log[last + 1] = log[i], log[i + 1]
      end
    end
    cut(log, last + 2)
    is_appended = false
  end
  if last >= first and log[last] >= now then
    log[last + 1] = log[last + 1] + 1
    is_appended = false
  else
    last = last + 2
    log[last], log[last + 1] = now, 1
  end
  if last + 2 - first <= 2 * MAX_ENTRIES then return is_appended end
  local step, entries = math.ceil(keep / STEPS), last
  last = first
  for i = first + 2, entries, 2 do
    if math.floor(log[last] / step) == math.floor(log[i] / step) then
      log[last], log[last + 1] = log[i], log[last + 1] + log[i + 1]
    else
      last = last + 2
      log[last], log[last + 1] = log[i], log[i + 1]
    end
  end
  cut(log, last + 2)
  return false
end

-- One message of the time `sent_at` less: it stands in the first entry that is not older, which is mostly one of the last.
local function without_message(log, first, sent_at)
  local i = #log + 1
  while i > first and log[i - 2] >= sent_at do i = i - 2 end
  if i > #log then return end
  if log[i + 1] > 1 then
    log[i + 1] = log[i + 1] - 1
  else
    table.remove(log, i + 1)
    table.remove(log, i)
  end
end

local function power(base, exponent)
  local result, square = 1, base
  while exponent > 0 do
    if exponent % 2 == 1 then result = result * square end
    square = square * square
    exponent = math.floor(exponent / 2)
  end
  return result
end

local function decay(standing)
  local hours = math.max(0, math.floor(now / HOUR_MS) - standing[3])
  if hours * HOUR_MS >= HISTORY_MS then return 0, 0 end
  return standing[1] * power(23 / 24, hours), standing[2] * power(239 / 240, hours)
end

-- Confirmations a day: the recent ones, or the usual ones if they are more.
local function rate_of(standing)
  local of_day, of_ten_days = decay(standing)
  return math.max(of_day, of_ten_days / 10)
end

local function is_known(standing)
  local _, of_ten_days = decay(standing)
  return of_ten_days >= KNOWN
end

local function add_credit(standing, weight)
  local of_day, of_ten_days = decay(standing)
  standing[1], standing[2] = of_day + weight, of_ten_days + weight
  standing[3] = math.max(standing[3], math.floor(now / HOUR_MS))
end

local function keep_of(network)
  return is_known(network) and DAY_MS or WEEK_MS
end

-- The MessagePack of `count` numbers, of which all but the last two, `now` and 1, are in `raw`: a long log takes its time to pack. Up to
-- 15 numbers have a head of one byte, more have one of three.
local function with_one_behind(raw, count)
  local head = count < 16 and string.char(144 + count) or string.char(220, math.floor(count / 256), count % 256)
  return head .. raw:sub(count - 2 < 16 and 2 or 4) .. cmsgpack.pack(now, 1)
end

-- Writes what still counts, until nothing of it does. Never a script's first write: a full Redis would refuse a refund's SET then.
-- `before`: what was there, where nothing but { now, 1 } at the end is new.
local function write_numbers(key, list, expires, before)
  if expires > now then
    redis.call('SET', key, before and with_one_behind(before, #list) or cmsgpack.pack(list), 'PX', expires - now)
  else
    redis.call('DEL', key)
  end
end

local function write_standing(key, standing, keep, is_network, before)
  local debts = #standing >= DEBTS and standing[#standing - 1] + keep or 0
  local history = not is_network and standing[2] < SMALL_HISTORY and SMALL_HISTORY_MS or HISTORY_MS
  write_numbers(key, standing, math.max(debts, standing[2] > 0 and standing[3] * HOUR_MS + history or 0), before)
end

local function write_pool(key, log, before)
  write_numbers(key, log, #log > 0 and log[#log - 1] + DAY_MS or 0, before)
end

local function is_of_network(charge)
  return charge == 'own' or charge == 'known' or charge == 'unknown'
end

local function is_of_parent(charge)
  return charge == 'unknown' or charge == 'person' or charge == 'device'
end
