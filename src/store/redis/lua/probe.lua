-- At a start: whether this user may write here what the server must remember, by each of the commands that write.
-- KEYS  1 a key of no meaning
-- ARGV  1 deadline
-- Returns { 'ok', now }  { 'deadline-exceeded', now }
--- @include deadline
redis.call('SET', KEYS[1], '', 'PX', 1000)
redis.call('PEXPIRE', KEYS[1], 1000)
redis.call('DEL', KEYS[1])
return { 'ok', now }
