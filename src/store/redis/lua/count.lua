-- For a cluster, where the keys of one message live in several slots: counts in the windows of one slot, all or none.
-- KEYS  1 the client's unsolved captchas  2.. windows
-- ARGV  1 deadline  2 3 cap and length of KEYS[1]; cap 0 to leave it alone  4 caps and lengths of the windows
-- Returns { 'ok', now, events now in each window... }  { 'refused', index of the window from 0, ms to wait }  { 'late', now }
--- @include start
--- @include window
if ARGV[2] ~= '0' then remove_latest_event(KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3])) end
local bounds = numbers(ARGV[4])
local wait, index, logs, counts = look_at_all(2, bounds)
if wait > 0 then return { 'refused', index, wait } end
add_to_all(2, bounds, logs)
return { 'ok', now, unpack(counts) }
