-- Checks a code. The try is written before anything is compared. A right code is consumed, and ends all codes of its mobile and purpose;
-- a wrong one is counted against its request and the mobile, or against the client alone where there is nothing to compare it with.
-- KEYS  1 the request  2 when codes of this purpose were ended  3 the mobile's failures in a row  4 sms:{mobile}
--       5 the latest code's purpose  6 tries at another service's code, as `code:count`
--       7 8 the client's guesses where nothing is compared, and its tries (in a cluster, where these live in another slot: any keys)
--       9 the mobile's unpaid messages  10 when it was last confirmed (in a cluster, where that lives in another slot: any key)
-- ARGV  1 deadline  2 the code to check  3 purpose
--       4 numbers: wrong codes before a request's code is void, 0 for any; failures in a row before the mobile is locked, 0 for any;
--         how long it is locked, ms; how long after the last failure they are forgotten, ms; for how long a right code is remembered as
--         the end of others, ms; 1 to check another service's code, where no request is named; cap and length of KEYS[7], cap and
--         length of KEYS[8]: cap 0 where they are not counted here
--       5 numbers, for a cluster: ms to wait for a guess, ms to wait for a try  6 how allowances are settled: '' not at all, 'here', or
--       'told' for a cluster, whose slots are settled one by one  7 what every key begins with
-- Returns { 'ok', now, smsId, and if settled here: 1 for a number that was not confirmed in the history before, else 0; and if told: client, network, parent, sent at, charge, ... }  { 'expired', now }  { 'mismatch', now, smsId, wrong codes still allowed, -1 for any }
--         { 'locked', now, smsId, ms to wait, 0 for a void code only, 1 where this code was compared, else 0 }  { 'refused', now, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
--- @include code
local guess, purpose = ARGV[2], ARGV[3]
local max_attempts, max_failures, lockout, failure_window, ended_life, check_foreign, guess_cap, guess_length, try_cap, try_length =
  unpack(numbers(ARGV[4]))
local guess_wait, try_wait = unpack(numbers(ARGV[5]))

local record = held[KEYS[1]] and cmsgpack.unpack(held[KEYS[1]])
if record and (record[2] ~= purpose or record[4] <= tonumber(held[KEYS[2]] or -1)) then record = nil end
local code, wrong, sms_id = nil, 0, ''
if record then
  code, wrong, sms_id = record[1], record[3], record[5]
elseif check_foreign == 1 then
  local counted, count = string.match(held[KEYS[6]] or '', '^(.*):(%d+)$')
  local stands = held[KEYS[4]]
  -- What this server wrote itself belongs to its request, and is no other service's.
  -- What is far longer than a code is none, and would take Redis long to compare.
  if stands and #stands <= 64 and string.match(held[KEYS[5]] or '', '^(%d+):') ~= stands then
    code, wrong = stands, counted == stands and tonumber(count) or 0
  elseif not stands and counted and max_attempts > 0 and tonumber(count) >= max_attempts then
    code, wrong = '', tonumber(count)
  end
end

local locked = code and is_locked(KEYS[3], max_failures)
-- A void one has no code, and nothing equals that.
local is_void = code == '' or (max_attempts > 0 and wrong >= max_attempts)
-- A try where nothing is compared counts as a guess: with a request of one's own that is void, one could else use up what all others at
-- the same address need.
local compares = code and not locked and not is_void
local key, cap, length, wait = KEYS[7], guess_cap, guess_length, guess_wait
if compares then key, cap, length, wait = KEYS[8], try_cap, try_length, try_wait end
local log = nil
if cap > 0 then
  local total
  log, total = live_entries(key, length)
  wait = wait_ms(log, total, cap, length)
end
-- The first try at a request is compared all the same: whatever others at the same address did, a right code is right. Who tries costs
-- them a message for each.
local is_first = record and compares and wrong == 0
if wait > 0 and not is_first then return { 'refused', now, wait } end
local function count_try()
  if log and wait == 0 then add_event(key, log, cap, length) end
end

if not compares then
  count_try()
  if not code then return { 'expired', now } end
  return { 'locked', now, sms_id, locked and lock_left(KEYS[3], lockout) or 0, 0 }
end

-- The try, before the comparison: a Redis that can't write this compares nothing.
wrong = wrong + 1
local failures = tonumber(held[KEYS[3]] or 0) + 1
local lock = max_failures > 0 and failures >= max_failures
if record then
  record[3] = wrong
  redis.call('SET', KEYS[1], cmsgpack.pack(record), 'KEEPTTL')
else
  -- A code that another service wrote without an expiry still gets its tries counted.
  local lifetime = redis.call('PTTL', KEYS[4])
  redis.call('SET', KEYS[6], code .. ':' .. wrong, 'PX', lifetime < 0 and failure_window or math.max(lifetime, 1))
end
if max_failures > 0 then redis.call('SET', KEYS[3], failures, 'PX', lock and lockout or failure_window) end

-- In constant time: every character is looked at, whatever the ones before it were.
local difference = bit.bxor(#code, #guess)
for i = 1, #code do
  difference = bit.bor(difference, bit.bxor(code:byte(i), guess:byte(i) or 0))
end
if difference == 0 then
  redis.call('DEL', KEYS[1], KEYS[3], KEYS[6])
  if record then
    end_codes(KEYS[2], KEYS[4], KEYS[5], purpose, record[4], ended_life)
  else
    redis.call('DEL', KEYS[4], KEYS[5])
  end
  if ARGV[6] == '' or not record or not record[6] then return { 'ok', now, sms_id } end
  -- In here, since Redis makes the functions of a script anew each time it comes to them.
  --- @include allowance_standing
  --- @include allowance_message
  local asker = { record[6], record[7], record[8] }
  local messages = take_unpaid(KEYS[9], asker)
  if ARGV[6] == 'told' then return { 'ok', now, sms_id, asker[1], asker[2], asker[3], unpack(messages) } end
  return { 'ok', now, sms_id, settle_confirmation(ARGV[7], asker, messages, KEYS[10]) and 0 or 1 }
end

count_try()
local void = max_attempts > 0 and wrong >= max_attempts
if void and record then
  -- So that nobody takes its code for a good one: a request that is refunded puts the code before back.
  record[1] = ''
  redis.call('SET', KEYS[1], cmsgpack.pack(record), 'KEEPTTL')
end
if lock or (void and held[KEYS[4]] == code) then redis.call('DEL', KEYS[4], KEYS[5]) end
if wait > 0 then return { 'refused', now, wait } end
if lock then return { 'locked', now, sms_id, lockout, 1 } end
if void then return { 'locked', now, sms_id, 0, 1 } end
local left = -1
if max_attempts > 0 then left = max_attempts - wrong end
if max_failures > 0 and (left < 0 or max_failures - failures < left) then left = max_failures - failures end
return { 'mismatch', now, sms_id, left }
