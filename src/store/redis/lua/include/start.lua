-- Every script starts with this. A command that reaches Redis after its caller has given up must not act any more: its caller
-- has answered already. ARGV[1] is the last moment, in ms on Redis's own clock, at which the script may act.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now > tonumber(ARGV[1]) then
  return { 'late', now }
end

-- What each of KEYS holds (false: nothing), read in one call, since calls are what a script's time goes to. Nothing below reads
-- a key after it wrote it.
local held, found = {}, 0
for i, value in ipairs(redis.call('MGET', unpack(KEYS))) do
  held[KEYS[i]] = value
  if value then found = found + 1 end
end
-- MGET reads what is no string as nothing, and a limit must not be taken for unused because something else stands in its place.
if redis.call('EXISTS', unpack(KEYS)) ~= found then
  return redis.error_reply('WRONGTYPE a key of this server holds something else')
end
