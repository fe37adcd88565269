-- Windows: at most `cap` events in any `length` ms. The rules, and why, stand in src/limits/window.ts.
-- Stored as MessagePack: { at, count, at, count, ... } in order of time. A key is only ever written with its expiry.

local function step_ms(cap, length)
  if cap <= 64 then return 0 end
  return math.ceil(length / 64)
end

local function same_step(a, b, step)
  if step == 0 then return a == b end
  return math.floor(a / step) == math.floor(b / step)
end

-- What still counts, and how many events that is.
local function live_events(key, length)
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

local function write_events(key, live, length)
  if #live == 0 then
    redis.call('DEL', key)
  else
    redis.call('SET', key, cmsgpack.pack(live), 'PX', live[#live - 1] + length - now)
  end
end

local function add_event(key, live, cap, length)
  local step, n = step_ms(cap, length), #live
  if step > 0 and n > 0 and same_step(live[n - 1], now, step) then
    live[n - 1] = now
    live[n] = live[n] + 1
  else
    live[n + 1] = now
    live[n + 2] = 1
  end
  write_events(key, live, length)
end

-- Takes one event of the time `at` back, if it is still there.
local function remove_event(key, at, cap, length)
  local live, step = live_events(key, length), step_ms(cap, length)
  for i = #live - 1, 1, -2 do
    if same_step(live[i], at, step) then
      live[i + 1] = live[i + 1] - 1
      if live[i + 1] == 0 then
        table.remove(live, i + 1)
        table.remove(live, i)
      end
      return write_events(key, live, length)
    end
  end
end

-- Takes the latest event back, if there is one.
local function remove_latest_event(key, cap, length)
  local live = live_events(key, length)
  if #live > 0 then remove_event(key, live[#live - 1], cap, length) end
end

-- The numbers of an argument that packs several: 'cap length cap length ...' for windows. One argument costs a client less than many.
local function numbers(argument)
  local list = {}
  for number in argument:gmatch('%S+') do list[#list + 1] = tonumber(number) end
  return list
end

-- What stands in the windows KEYS[first_key]..., given their bounds: { cap, length, cap, length, ... }.
-- Returns the longest wait in ms (0: all have room), the index from 0 of its window, their logs, and their counts with one more event.
local function look_at_all(first_key, bounds)
  local longest, index, logs, counts = 0, 0, {}, {}
  for i = first_key, #KEYS do
    local b = 2 * (i - first_key) + 1
    local live, total = live_events(KEYS[i], bounds[b + 1])
    local wait = wait_ms(live, total, bounds[b], bounds[b + 1])
    if wait > longest then longest, index = wait, i - first_key end
    logs[#logs + 1] = live
    counts[#counts + 1] = total + 1
  end
  return longest, index, logs, counts
end

-- Counts one event in each of them, given their logs.
local function add_to_all(first_key, bounds, logs)
  for i = first_key, #KEYS do
    local b = 2 * (i - first_key) + 1
    add_event(KEYS[i], logs[i - first_key + 1], bounds[b], bounds[b + 1])
  end
end

-- Takes one event of the time `at` back from each of them.
local function remove_from_all(first_key, bounds, at)
  for i = first_key, #KEYS do
    local b = 2 * (i - first_key) + 1
    remove_event(KEYS[i], at, bounds[b], bounds[b + 1])
  end
end
