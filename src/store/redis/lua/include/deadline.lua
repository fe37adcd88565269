-- Every script starts with this. A command that reaches Redis after its caller has given up must not act any more: its caller
-- has answered already. ARGV[1] is the last moment, in ms on Redis's own clock, at which the script may act. Every answer tells the
-- time in its second place, from which the caller knows that clock.
--
-- A script fails as a whole, or not at all, when Redis is full, read-only or can't save: its first write is one that Redis refuses
-- then (a SET; a DEL it would allow), and after a first write Redis refuses none.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now > tonumber(ARGV[1]) then
  return { 'deadline-exceeded', now }
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
  for _, key in ipairs(KEYS) do
    if not held[key] and redis.call('EXISTS', key) == 1 then
      -- The family of the key, without what may stand for a person.
      local family = (key:match('(%a+):[^:]*$') or key:match('(%a+):') or '?') .. ':…' .. (key:match('}(:%a+)') or '')
      return redis.error_reply('WRONGTYPE a key of this server holds something else: ' .. family)
    end
  end
end

-- The numbers of an argument that packs several, with commas between them. One argument costs a client less than many, and this reading
-- costs a quarter of one by patterns.
local function numbers(argument)
  return cjson.decode('[' .. argument .. ']')
end
