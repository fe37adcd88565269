-- Counts a captcha in its limits, all or none, and writes its answer.
-- KEYS  1 img:{uuid}  2.. limits
-- ARGV  1 deadline  2 answer  3 numbers: its lifetime, ms; index from 1 of the limit that counts everyone's, 0 for none; index from 1
--       of the limit whose cap shrinks as that one fills up, 0 for none; then cap, length and value of each limit
-- Returns { 'ok', now }  { 'taken', now }  { 'refused', now, index of the limit from 0, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
if held[KEYS[1]] then return { 'taken', now } end
local bounds = numbers(ARGV[3])
local everyone, graded = bounds[2], bounds[3]
if everyone > 0 and graded > 0 then
  local cap, own = bounds[1 + 3 * everyone], 1 + 3 * graded
  local _, live = live_entries(KEYS[1 + everyone], bounds[2 + 3 * everyone])
  bounds[own] = math.max(1, math.floor(bounds[own] * math.max(0, cap - live) / cap))
end
local wait, index, logs = check_all(2, #KEYS, bounds, 4)
if wait > 0 then return { 'refused', now, index, wait } end
count_all(2, #KEYS, bounds, 4, logs)
redis.call('SET', KEYS[1], ARGV[2], 'PX', bounds[1])
return { 'ok', now }
