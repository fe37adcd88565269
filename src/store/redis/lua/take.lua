-- For a cluster: reads and deletes a captcha's answer, so that of any number of racing requests one gets it.
-- KEYS  1 img:{uuid}
-- ARGV  1 deadline
-- Returns { 'ok', now, answer }  { 'none', now }  { 'deadline-exceeded', now }
--- @include deadline
local answer = held[KEYS[1]]
if not answer then return { 'none', now } end
-- The first write, which a Redis refuses that could not remember what follows: the captcha is then still there.
redis.call('SET', KEYS[1], answer, 'KEEPTTL')
redis.call('DEL', KEYS[1])
return { 'ok', now, answer }
