-- A message came from a mobile: confirms the request that waits for its text, once, and ends all codes and texts of that purpose.
-- KEYS  1 which request waits for this text  2 when codes of this purpose were ended  3 sms:{mobile}  4 the latest code's purpose
--       5 the mobile's unpaid messages  6 when it was last confirmed (in a cluster, where that lives in another slot: any key)
-- ARGV  1 deadline  2 the code in the text  3 purpose
--       4 numbers: for how long whoever asked can learn of it, ms; for how long it is remembered as the end of others, ms
--       5 what the key of every request of this mobile begins with  6 how allowances are settled: '' not at all, 'here', or 'told' for a
--       cluster, whose slots are settled one by one  7 what every key begins with
-- Returns { 'ok', now, uuid, and if told: client, network, parent, sent at, charge, ... }  { 'again', now, uuid }  { 'none', now }
--         { 'deadline-exceeded', now }
--- @include deadline
--- @include allowance_standing
--- @include allowance_message
--- @include code
local keep, ended_life = unpack(numbers(ARGV[4]))
local uuid = held[KEYS[1]]
-- Only the text tells which request it is; its key lives in the slot of the others.
local request = uuid and ARGV[5] .. uuid
local raw = request and redis.call('GET', request)
local record = raw and cmsgpack.unpack(raw)
if not record or record[1] ~= ARGV[2] or record[2] ~= ARGV[3] then return { 'none', now } end
if record[5] > 0 then return { 'again', now, uuid } end
if record[3] <= tonumber(held[KEYS[2]] or -1) then return { 'none', now } end

record[5] = now
redis.call('SET', request, cmsgpack.pack(record), 'PX', keep)
redis.call('SET', KEYS[1], uuid, 'PX', keep)
end_codes(KEYS[2], KEYS[3], KEYS[4], record[2], record[3], ended_life)
if ARGV[6] == '' or not record[6] then return { 'ok', now, uuid } end
local asker = { record[6], record[7], record[8] }
local messages = take_unpaid(KEYS[5], asker)
if ARGV[6] == 'told' then return { 'ok', now, uuid, asker[1], asker[2], asker[3], unpack(messages) } end
settle_confirmation(ARGV[7], asker, messages, KEYS[6])
return { 'ok', now, uuid }
