-- Counts a captcha in its limits, all or none, and writes its answer. What holds for the next captcha is the same in
-- src/limits/captcha-limits.ts.
-- KEYS  1 img:{uuid}  2.. limits
-- ARGV  1 deadline  2 answer  3 numbers: its lifetime, ms; indexes from 1 of five limits, 0 for none: everyone's live ones, those of the
--       network's parent, the network's of a minute, whose caps shrink as those fill up, the client's unsolved ones, the network's unsolved
--       ones; how many unsolved ones a client may have although its network has too many; then cap, length and value of each limit
-- Returns { 'ok', now }  { 'taken', now }  { 'refused', now, index of the limit from 0, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
if held[KEYS[1]] then return { 'taken', now } end
local bounds = numbers(ARGV[3])
local ttl, everyone, parent, network, own, of_network, few = unpack(bounds, 1, 7)
-- Where the cap of a limit stands; its length stands behind.
local function cap_at(limit) return 5 + 3 * limit end
local function count_of(limit)
  local _, count = live_entries(KEYS[1 + limit], bounds[cap_at(limit) + 1])
  return count
end
local function free_in(limit) return math.max(0, bounds[cap_at(limit)] - count_of(limit)) end
-- The part of a cap that goes with the part of `of` that is free.
local function share(limit, of, free)
  return math.max(1, math.floor(bounds[cap_at(limit)] * free / bounds[cap_at(of)]))
end
local of_everyone, of_parent = math.huge, math.huge
if everyone > 0 then
  local free = free_in(everyone)
  if parent > 0 then bounds[cap_at(parent)] = share(parent, everyone, free) end
  if network > 0 then of_everyone = share(network, everyone, free) end
end
if network > 0 then
  if parent > 0 then of_parent = share(network, parent, free_in(parent)) end
  bounds[cap_at(network)] = math.min(bounds[cap_at(network)], of_everyone, of_parent)
end
if own > 0 and of_network > 0 and count_of(own) < few then bounds[cap_at(of_network)] = math.huge end
local wait, index, logs = check_all(2, #KEYS, bounds, 8)
if wait > 0 then return { 'refused', now, index, wait } end
count_all(2, #KEYS, bounds, 8, logs)
redis.call('SET', KEYS[1], ARGV[2], 'PX', ttl)
return { 'ok', now }
