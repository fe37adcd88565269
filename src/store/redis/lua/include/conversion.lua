-- Conversion: of the messages sent to a number prefix, or asked for from a network, how many were verified. The rule, and why, stand in
-- src/limits/conversion.ts. Stored as MessagePack: { at, sent, verified, ... } in order of time, sent together in 64 steps a window.

local function conversion_log(key, length)
  local raw = held[key]
  if not raw then return {} end
  local log, live = cmsgpack.unpack(raw), {}
  for i = 1, #log, 3 do
    if log[i] + length > now then
      for field = i, i + 2 do live[#live + 1] = log[field] end
    end
  end
  return live
end

local function write_conversion(key, log, length)
  if #log > 0 then redis.call('SET', key, cmsgpack.pack(log), 'PX', log[#log - 2] + length - now) end
end

-- Ms until so much has been forgotten that the conversion is no longer too low; 0 if it isn't.
local function poor_ms(log, length, grace, floor, percent)
  local judged, verified = 0, 0
  for i = 1, #log, 3 do
    judged = judged + (log[i] + grace <= now and log[i + 1] or log[i + 2])
    verified = verified + log[i + 2]
  end
  local wait = 0
  for i = 1, #log, 3 do
    if judged < floor or verified * 100 >= percent * judged then break end
    judged = judged - (log[i] + grace <= now and log[i + 1] or log[i + 2])
    verified = verified - log[i + 2]
    wait = log[i] + length - now
  end
  return wait
end

local function add_sent(key, log, length)
  local step, n = math.ceil(length / 64), #log
  if n > 0 and math.floor(log[n - 2] / step) == math.floor(now / step) then
    log[n - 2], log[n - 1] = now, log[n - 1] + 1
  else
    log[n + 1], log[n + 2], log[n + 3] = now, 1, 0
  end
  write_conversion(key, log, length)
end

-- Credits the latest message that still lacks its verification.
local function add_verified(key, length)
  local log = conversion_log(key, length)
  for i = #log - 2, 1, -3 do
    if log[i + 2] < log[i + 1] then
      log[i + 2] = log[i + 2] + 1
      return write_conversion(key, log, length)
    end
  end
end

-- A message that was definitely not sent no longer lacks a verification.
local function remove_sent(key, at, length)
  local log, step = conversion_log(key, length), math.ceil(length / 64)
  for i = #log - 2, 1, -3 do
    if math.floor(log[i] / step) == math.floor(at / step) and log[i + 1] > log[i + 2] then
      log[i + 1] = log[i + 1] - 1
      return write_conversion(key, log, length)
    end
  end
end
