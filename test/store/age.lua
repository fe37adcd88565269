-- Lets time pass for everything that is stored, as if it had all been written so much earlier. For tests.
-- ARGV  1 ms
-- Returns how many keys are left
local ms = tonumber(ARGV[1])
-- Logs of moments, by the end of their key, and how many fields each moment has with it.
local fields = { cooldown = 2, hour = 2, day = 2, sms = 2, captchas = 2, unsolved = 2, conversion = 3 }
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= ms then
    redis.call('DEL', key)
  else
    local width = fields[string.match(key, ':(%a+)$')]
    if width then
      local log = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #log, width do log[i] = log[i] - ms end
      redis.call('SET', key, cmsgpack.pack(log), 'KEEPTTL')
    end
    if left >= 0 then redis.call('PEXPIRE', key, left - ms) end
  end
end
return redis.call('DBSIZE')
