-- For a cluster: whether the limits of one slot have room, and how long they would refuse. Counts nothing.
-- KEYS  1 the mobile's failures, or any key of the slot  2.. limits
-- ARGV  1 deadline  2 numbers: failures allowed in a row, 0 for any; then cap, length and value of each limit
-- Returns { 'ok', now, ms for which the mobile is locked, index of the limit with the longest wait from 0, ms to wait,
--           what each limit would count with one more event... }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
--- @include code
local bounds = numbers(ARGV[2])
local locked = locked_ms(KEYS[1], bounds[1]) or 0
local wait, index, _, counts = check_all(2, #KEYS, bounds, 2)
return { 'ok', now, locked, index, wait, unpack(counts) }
