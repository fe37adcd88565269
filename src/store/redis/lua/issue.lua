-- Counts a captcha in its limits, all or none, and writes its answer. What holds for the next captcha is the same in
-- src/limits/captcha-limits.ts.
-- KEYS  1 img:{uuid}  2.. limits
-- ARGV  1 deadline  2 answer  3 numbers: its lifetime, ms; indexes from 1 of four limits, 0 for none: the one that counts everyone's, the
--       network's whose cap shrinks as that one fills up, the client's unsolved ones, the network's unsolved ones; how many unsolved ones a client
--       may have although its network has too many; then cap, length and value of each limit
-- Returns { 'ok', now }  { 'taken', now }  { 'refused', now, index of the limit from 0, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
if held[KEYS[1]] then return { 'taken', now } end
local bounds = numbers(ARGV[3])
local ttl, everyone, network, own, of_network, few = unpack(bounds, 1, 6)
-- Where the cap of a limit stands; its length stands behind.
local function cap_at(limit) return 4 + 3 * limit end
local function count_of(limit)
  local _, count = live_entries(KEYS[1 + limit], bounds[cap_at(limit) + 1])
  return count
end
if everyone > 0 and network > 0 then
  local most, cap = bounds[cap_at(everyone)], bounds[cap_at(network)]
  bounds[cap_at(network)] = math.max(1, math.floor(cap * math.max(0, most - count_of(everyone)) / most))
end
if own > 0 and of_network > 0 and count_of(own) < few then bounds[cap_at(of_network)] = math.huge end
local wait, index, logs = check_all(2, #KEYS, bounds, 7)
if wait > 0 then return { 'refused', now, index, wait } end
count_all(2, #KEYS, bounds, 7, logs)
redis.call('SET', KEYS[1], ARGV[2], 'PX', ttl)
return { 'ok', now }
