-- Lets time pass for everything that is stored, as if it had all been written so much earlier. For tests.
-- ARGV  1 ms
-- Returns how many keys are left
local ms = tonumber(ARGV[1])
-- Logs of moments, by the end of their key.
local logs = { cooldown = 1, hour = 1, day = 1, sms = 1, captchas = 1, unsolved = 1, live = 1, verifications = 1, guesses = 1 }
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= ms then
    redis.call('DEL', key)
  else
    local value = nil
    if logs[string.match(key, ':(%a+)$')] then
      local log = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #log, 2 do log[i] = log[i] - ms end
      value = cmsgpack.pack(log)
    elseif string.match(key, 'budget:day:%a+$') then
      local log = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #log, 2 do log[i] = log[i] - ms end
      value = cmsgpack.pack(log)
    elseif string.match(key, ':countries$') then
      local log = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #log, 3 do log[i] = log[i] - ms end
      value = cmsgpack.pack(log)
    elseif string.match(key, ':allowance$') then
      -- Confirmations decay by the full hour: who looks at them lets full hours pass.
      local standing = cmsgpack.unpack(redis.call('GET', key))
      standing[3] = standing[3] - math.floor(ms / 3600000)
      for i = 4, #standing, 2 do standing[i] = standing[i] - ms end
      value = cmsgpack.pack(standing)
    elseif string.match(key, 'allowance:started$') then
      local started, written = string.match(redis.call('GET', key), '^(%d+) (%d+)$')
      value = string.format('%.0f %.0f', started - ms, written - ms)
    elseif string.match(key, 'allowance:%a+$') then
      local log = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #log, 2 do log[i] = log[i] - ms end
      value = cmsgpack.pack(log)
    elseif string.match(key, '}:unpaid$') then
      local list = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #list, 4 do list[i] = list[i] - ms end
      value = cmsgpack.pack(list)
    elseif string.match(key, 'person:') then
      value = string.format('%.0f', redis.call('GET', key) - ms)
    elseif string.match(key, '}:request:') then
      local record = cmsgpack.unpack(redis.call('GET', key))
      record[4] = record[4] - ms
      value = cmsgpack.pack(record)
    elseif string.match(key, '}:history$') then
      value = string.gsub(redis.call('GET', key), '"at":(%d+)', function(at) return string.format('"at":%.0f', at - ms) end)
    elseif string.match(key, '}:listed$') then
      local list, since, why = string.match(redis.call('GET', key), '^(%l+) (%d+) (.*)$')
      value = string.format('%s %.0f %s', list, since - ms, why)
    elseif string.match(key, '}:inbound:') then
      local record = cmsgpack.unpack(redis.call('GET', key))
      record[3] = record[3] - ms
      if record[5] > 0 then record[5] = record[5] - ms end
      value = cmsgpack.pack(record)
    elseif string.match(key, '}:ended:') then
      value = tostring(tonumber(redis.call('GET', key)) - ms)
    end
    if value then redis.call('SET', key, value, 'KEEPTTL') end
    if left >= 0 then redis.call('PEXPIRE', key, left - ms) end
  end
end
return redis.call('DBSIZE')
