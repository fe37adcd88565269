-- Lets time pass for everything that is stored, as if it had all been written so much earlier. For tests.
-- ARGV  1 ms
-- Returns how many keys are left
local ms = tonumber(ARGV[1])
local windows = { cooldown = true, hour = true, day = true, sms = true, captchas = true, unsolved = true }
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= ms then
    redis.call('DEL', key)
  else
    if windows[string.match(key, ':(%a+)$')] then
      local log = cmsgpack.unpack(redis.call('GET', key))
      for i = 1, #log, 2 do log[i] = log[i] - ms end
      redis.call('SET', key, cmsgpack.pack(log), 'KEEPTTL')
    end
    if left >= 0 then redis.call('PEXPIRE', key, left - ms) end
  end
end
return redis.call('DBSIZE')
