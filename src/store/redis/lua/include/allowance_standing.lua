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

-- One message more; what is older than `keep` leaves the log.
local function with_message(log, first, keep)
  local kept = {}
  for i = 1, first - 1 do kept[i] = log[i] end
  for i = first, #log - 1, 2 do
    if log[i] + keep > now then
      kept[#kept + 1] = log[i]
      kept[#kept + 1] = log[i + 1]
    end
  end
  local last = #kept - 1
  if last >= first and kept[last] >= now then
    kept[last + 1] = kept[last + 1] + 1
  else
    kept[#kept + 1] = now
    kept[#kept + 1] = 1
  end
  if #kept - first + 1 <= 2 * MAX_ENTRIES then return kept end
  local step, steps = math.ceil(keep / STEPS), {}
  for i = 1, first - 1 do steps[i] = kept[i] end
  for i = first, #kept - 1, 2 do
    local previous = #steps - 1
    if previous >= first and math.floor(steps[previous] / step) == math.floor(kept[i] / step) then
      steps[previous] = kept[i]
      steps[previous + 1] = steps[previous + 1] + kept[i + 1]
    else
      steps[#steps + 1] = kept[i]
      steps[#steps + 1] = kept[i + 1]
    end
  end
  return steps
end

-- One message of the time `sent_at` less: it stands in the first entry that is not older.
local function without_message(log, first, sent_at)
  for i = first, #log - 1, 2 do
    if log[i] >= sent_at then
      if log[i + 1] > 1 then
        log[i + 1] = log[i + 1] - 1
      else
        table.remove(log, i + 1)
        table.remove(log, i)
      end
      return
    end
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

-- Writes what still counts, until nothing of it does. A DEL comes first, so that a refund is done while Redis is full.
local function write_numbers(key, list, expires)
  redis.call('DEL', key)
  if expires > now then redis.call('SET', key, cmsgpack.pack(list), 'PX', expires - now) end
end

local function write_standing(key, standing, keep, is_network)
  local debts = #standing >= DEBTS and standing[#standing - 1] + keep or 0
  local history = not is_network and standing[2] < SMALL_HISTORY and SMALL_HISTORY_MS or HISTORY_MS
  write_numbers(key, standing, math.max(debts, standing[2] > 0 and standing[3] * HOUR_MS + history or 0))
end

local function write_pool(key, log)
  write_numbers(key, log, #log > 0 and log[#log - 1] + DAY_MS or 0)
end

local function is_of_network(charge)
  return charge == 'own' or charge == 'known' or charge == 'unknown'
end

local function is_of_parent(charge)
  return charge == 'unknown' or charge == 'person' or charge == 'device'
end
