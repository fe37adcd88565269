-- For a cluster: counts a message in the windows of its mobile, all or none, and writes its code in place of an earlier one.
-- KEYS  1 sms:{mobile}  2 the attempts on its code  3 the mobile's failures  4.. windows
-- ARGV  1 deadline  2 code  3 its lifetime, ms  4 failures allowed in a row, 0 for any  5 caps and lengths of the windows
-- Returns { 'ok', now, events now in each window... }  { 'refused', index of the window from 0, ms to wait }
--         { 'locked', ms to wait }  { 'late', now }
--- @include start
--- @include window
--- @include code
local locked = locked_ms(KEYS[3], tonumber(ARGV[4]))
if locked then return { 'locked', locked } end
local bounds = numbers(ARGV[5])
local wait, index, logs, counts = look_at_all(4, bounds)
if wait > 0 then return { 'refused', index, wait } end
add_to_all(4, bounds, logs)
write_code(ARGV[2], ARGV[3])
return { 'ok', now, unpack(counts) }
