-- Counts a captcha in the client's windows, all or none, and writes its answer.
-- KEYS  1 img:{uuid}  2 the client's unsolved captchas  3.. windows
-- ARGV  1 deadline  2 answer  3 its lifetime, ms; 0 to write no answer (in a cluster it lives in another slot)
--       4 cap and length of KEYS[2]  5 caps and lengths of the windows
-- Returns { 'ok', 1 if KEYS[2] was over its cap already, else 0 }  { 'refused', ms to wait }  { 'late', now }
--- @include start
--- @include window
local bounds = numbers(ARGV[5])
local wait, _, logs = look_at_all(3, bounds)
if wait > 0 then return { 'refused', wait } end
add_to_all(3, bounds, logs)
local cap, length = unpack(numbers(ARGV[4]))
local live, total = live_events(KEYS[2], length)
-- One more than the cap is all that matters, so the count stops there: a flood is no longer to live down than a burst.
if total <= cap then add_event(KEYS[2], live, cap, length) end
if ARGV[3] ~= '0' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return { 'ok', total > cap and 1 or 0 }
