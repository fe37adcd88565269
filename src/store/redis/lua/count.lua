-- For a cluster, where the keys of one message live in several slots: counts in the limits of one slot, all or none.
-- KEYS  1.. limits
-- ARGV  1 deadline  2 numbers: cap, length and value of each limit
-- Returns { 'ok', now, events now in each limit... }  { 'refused', now, index of the limit from 0, ms to wait }
--         { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
local bounds = numbers(ARGV[2])
local wait, index, logs, counts = check_all(1, #KEYS, bounds, 1)
if wait > 0 then return { 'refused', now, index, wait } end
count_all(1, #KEYS, bounds, 1, logs)
return { 'ok', now, unpack(counts) }
