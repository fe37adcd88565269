-- For a cluster: whether the windows of one slot have room, and how long they would refuse. Counts nothing.
-- KEYS  1 the mobile's failures, or any key of the slot  2.. windows
-- ARGV  1 deadline  2 failures allowed in a row, 0 for any  3 caps and lengths of the windows
-- Returns { 'ok', ms for which the mobile is locked, index of the window with the longest wait from 0, ms to wait }  { 'late', now }
--- @include start
--- @include window
--- @include code
local locked = locked_ms(KEYS[1], tonumber(ARGV[2])) or 0
local wait, index = look_at_all(2, numbers(ARGV[3]))
return { 'ok', locked, index, wait }
