-- For a cluster: whether the limits of one slot have room, and how long they would refuse. Counts nothing.
-- KEYS  1 2 the mobile's failures, and what an operator decided for it, or any keys of the slot  3.. limits
-- ARGV  1 deadline  2 numbers: failures allowed in a row, 0 for any; how long too many lock the mobile, ms; a bit for each limit that an allowed mobile is spared; then cap, length and
--       value of each limit
-- Returns { 'ok', now, ms for which the mobile is locked, for which it is blocked, index of the limit with the longest wait from 0, ms to wait,
--           what each limit would count with one more event... }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
--- @include code
local bounds = numbers(ARGV[2])
local locked = is_locked(KEYS[1], bounds[1]) and lock_left(KEYS[1], bounds[2]) or 0
local list, listed = listing(KEYS[2])
local wait, index, _, counts = check_all(3, #KEYS, bounds, 4, list == 'allowed' and bounds[3])
return { 'ok', now, locked, list == 'blocked' and listed or 0, index, wait, unpack(counts) }
