-- A send, all in one step: takes the captcha, counts the message in all its limits or in none, charges whoever owes it until it is
-- confirmed, and writes its request and code.
-- KEYS  1 img:{uuid}  2 sms:{mobile}  3 the latest code's purpose  4 the request  5 when codes of this purpose were ended
--       6 the mobile's failures  7 what an operator decided for it  with allowances: 8 9 10 standings of client, network, parent
--       11 when the mobile was last confirmed  12 its unpaid messages  with a trusted device: 13 what that device paid for  then the
--       client's unsolved captchas, then the limits
-- ARGV  1 deadline  2 the captcha's answer, trimmed, in lower case  3 code  4 purpose  5 smsId  6 uuid
--       7 numbers: the code's lifetime, ms; failures allowed in a row, 0 for any; how long too many lock the mobile, ms; how many keys count unsolved captchas; allowances: 0 for
--       none, 1 to enforce them, 2 to report; a bit for each limit that an allowed mobile is spared; cap and length of KEYS[13], 0 0
--       without a device; then cap, length and value of each key for unsolved captchas and of each limit; with allowances then the rule
-- Returns { 'ok', now, code before, its `code:PURPOSE:uuid`, when it expires, what pays for it, what would have refused it,
--           events now in each limit... }
--         { 'captcha-expired', now }  { 'captcha-mismatch', now }  { 'refused', now, index of the limit from 0, ms to wait }
--         { 'not-allowed', now, what refused, ms to wait }  { 'locked', now, ms to wait }
--         { 'blocked', now, ms to wait }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
--- @include code
local text = held[KEYS[1]]
if not text then return { 'captcha-expired', now } end
-- The first write, which a Redis refuses that could not remember what follows: the captcha is then still there.
redis.call('SET', KEYS[1], text, 'KEEPTTL')
redis.call('DEL', KEYS[1])
if text:match('^%s*(.-)%s*$'):lower() ~= ARGV[2] then return { 'captcha-mismatch', now } end
local bounds = numbers(ARGV[7])
local ttl, max_failures, lockout, unsolved, mode, spared, device_cap, device_length = unpack(bounds, 1, 8)
local first = mode > 0 and 13 or 8
if device_cap > 0 then first = 14 end
for i = 1, unsolved do
  refund_latest_event(KEYS[first + i - 1], bounds[6 + 3 * i], bounds[7 + 3 * i])
end

local list, listed = listing(KEYS[7])
if list == 'blocked' then return { 'blocked', now, listed } end
local is_allowed = list == 'allowed'
if is_locked(KEYS[6], max_failures) then return { 'locked', now, lock_left(KEYS[6], lockout) } end
local b = 9 + 3 * unsolved
first = first + unsolved
local wait, index, logs, counts = check_all(first, #KEYS, bounds, b, is_allowed and spared)

local asker, charge, denied, owe = nil, '', '', nil
if mode > 0 then
  -- In here, since Redis makes the functions of a script anew each time it comes to them.
  --- @include allowance_standing
  --- @include allowance_decision
  --- @include allowance_message
  local prefix = KEYS[1]:sub(1, -1 - #'img:' - #ARGV[6])
  asker = asker_of(8, prefix)
  local trusted, of_device = false, nil
  if device_cap > 0 then
    local total
    of_device, total = live_entries(KEYS[13], device_length)
    trusted = total < device_cap
  end
  -- Strangers who ask for a mobile count as its own cap, which an allowed one is spared.
  local of_mobile = unpacked(not is_allowed and held['{' .. KEYS[2] .. '}:day'], {})
  local state = read_allowances(8, prefix, asker, of_mobile, trusted)
  local paid_by, limit, ms = decide(state, bounds, b + 3 * (#KEYS - first + 1))
  if not paid_by then
    if mode == 1 and ms > wait then return { 'not-allowed', now, limit, ms } end
    denied = limit
  end
  -- What is only reported is owed by its network all the same.
  charge = paid_by or 'own'
  owe = function()
    charge_allowances(8, prefix, state, asker, charge)
    if charge == 'device' then add_event(KEYS[13], of_device, device_cap, device_length) end
  end
end
if wait > 0 then return { 'refused', now, index, wait } end

count_all(first, #KEYS, bounds, b, logs)
if owe then owe() end
local previous, latest, expires =
  write_request(KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[3], ARGV[4], ARGV[6], ARGV[5], ttl, asker)
return { 'ok', now, previous, latest, expires, charge, denied, unpack(counts) }
