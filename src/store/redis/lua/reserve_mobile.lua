-- For a cluster: counts a message in the limits of its mobile, all or none, and writes its request and code, and that it is unpaid.
-- KEYS  1 sms:{mobile}  2 the latest code's purpose  3 the request  4 when codes of this purpose were ended  5 the mobile's failures
--       6 the mobile's unpaid messages  7 what an operator decided for the mobile  8.. limits
-- ARGV  1 deadline  2 code  3 purpose  4 smsId  5 uuid  6 numbers: the code's lifetime, ms; failures allowed in a row, 0 for any; how long too many lock the mobile, ms; a bit for
--       each limit that an allowed mobile is spared; then cap, length and value of each limit  with allowances: 7 8 9 client, network, parent  10 what pays for it  11 when that was charged
-- Returns { 'ok', now, code before, its `code:PURPOSE:uuid`, when it expires, events now in each limit... }
--         { 'refused', now, index of the limit from 0, ms to wait }  { 'locked', now, ms to wait }
--         { 'blocked', now, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
--- @include allowance_standing
--- @include allowance_message
--- @include code
local bounds = numbers(ARGV[6])
local list, listed = listing(KEYS[7])
if list == 'blocked' then return { 'blocked', now, listed } end
if is_locked(KEYS[5], bounds[2]) then return { 'locked', now, lock_left(KEYS[5], bounds[3]) } end
local wait, index, logs, counts = check_all(8, #KEYS, bounds, 5, list == 'allowed' and bounds[4])
if wait > 0 then return { 'refused', now, index, wait } end
count_all(8, #KEYS, bounds, 5, logs)
local asker = nil
if ARGV[10] then
  asker = { ARGV[7], ARGV[8], ARGV[9] }
  local unpaid = unpaid_messages(KEYS[6])
  for _, field in ipairs({ tonumber(ARGV[11]), asker[1], asker[2], ARGV[10] }) do unpaid[#unpaid + 1] = field end
  write_unpaid(KEYS[6], unpaid)
end
local previous, latest, expires =
  write_request(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[2], ARGV[3], ARGV[5], ARGV[4], bounds[1], asker)
return { 'ok', now, previous, latest, expires, unpack(counts) }
