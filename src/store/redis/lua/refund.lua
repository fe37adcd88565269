-- Undoes a reservation whose message was definitely not sent: its request, its code if it is still the latest, and, unless somebody tried
-- its code meanwhile, its counts and its charge.
-- KEYS  1 sms:{mobile}  2 the latest code's purpose  3 the request  4 the request of the code before, and 5 when codes of its purpose
--       were ended (where there is none, any keys)  6 the mobile's unpaid messages  7.. limits
-- ARGV  1 deadline  2 code  3 code before  4 its `code:PURPOSE:uuid`, '' where another service wrote it  5 numbers: when that expires; when
--       the message was counted; when it was charged; then cap, length and value of each limit  6 what paid for it, '' for nothing  7 8 9 client, network, parent
--       10 what every key begins with
-- Returns { 'ok', now, 1 where its code was tried, else 0 }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
--- @include allowance_standing
--- @include allowance_message
--- @include code
local bounds = numbers(ARGV[5])
local record = held[KEYS[3]] and cmsgpack.unpack(held[KEYS[3]])
-- While a provider that refuses makes up its mind, five guesses could else be had for nothing, again and again. A right one leaves no request.
local is_tried = not record or record[3] > 0
-- Another message of the same name (ORIGINAL_API lets pages choose it): its code is not this one's to take.
if record and record[1] ~= ARGV[2] and record[1] ~= '' then return { 'ok', now, 1 } end
local good = ARGV[4] == '' or is_good(KEYS[4], KEYS[5], ARGV[3])
refund_request(KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], ARGV[4], bounds[1], good)
if is_tried then return { 'ok', now, 1 } end
refund_all(7, #KEYS, bounds, 4, bounds[2])
if ARGV[6] ~= '' then
  local asker = { ARGV[7], ARGV[8], ARGV[9] }
  take_unpaid(KEYS[6], asker, bounds[3])
  if ARGV[10] then settle_allowances(ARGV[10], asker, { bounds[3], ARGV[6] }, 0) end
end
return { 'ok', now, 0 }
