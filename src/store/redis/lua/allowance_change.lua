-- For a cluster: charges, refunds or credits in one key of the allowances.
-- KEYS  1 a standing or a pool
-- ARGV  1 deadline  2 `client`, `network`, `parent` or `pool`
--       3 numbers: the time that counts, the same for all slots of a message; 1 to charge a message, else 0; what the log must stay below for that, and within how many ms, 0 for no limit; the weight
--       of a confirmation, 0 for none; then when each message to be refunded was sent
-- Returns { 'ok', now }  { 'refused', now, 0, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include allowance_standing
local kind, change, asked_at = ARGV[2], numbers(ARGV[3]), now
-- Entries of one message have one time in all slots, so that each is found again.
now = table.remove(change, 1)
local is_pool, is_network = kind == 'pool', kind == 'network'
local begins = is_pool and POOL or DEBTS
local list = unpacked(held[KEYS[1]], is_pool and {} or { 0, 0, 0 })
if change[3] > 0 then
  local wait = wait_below(list, begins, change[3], change[2])
  if wait > 0 then return { 'refused', asked_at, 0, wait } end
end
-- A full Redis refuses the SET that a charge begins with, and lets a refund through, which begins with this. It leaves the key where it
-- is: while a cluster moves a slot, its keys can't be written again once they are gone.
if change[1] == 0 then redis.call('PEXPIRE', KEYS[1], DAY_MS) end
for i = 5, #change do without_message(list, begins, change[i]) end
if change[4] > 0 then add_credit(list, change[4]) end
local keep = is_network and keep_of(list) or DAY_MS
if change[1] == 1 then add_message(list, begins, keep) end
if is_pool then
  write_pool(KEYS[1], list)
else
  write_standing(KEYS[1], list, keep, is_network)
end
return { 'ok', asked_at }
