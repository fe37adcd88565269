-- Reads and deletes a captcha's answer, so that of any number of racing requests one gets it.
-- KEYS  1 img:{uuid}
-- ARGV  1 deadline
-- Returns { 'ok', answer }  { 'none' }  { 'late', now }
--- @include start
local answer = held[KEYS[1]]
if not answer then return { 'none' } end
redis.call('DEL', KEYS[1])
return { 'ok', answer }
