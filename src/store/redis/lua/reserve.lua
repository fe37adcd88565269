-- A send, all in one step: takes the captcha, counts the message in all its windows or in none, and writes its code in place of an
-- earlier one.
-- KEYS  1 sms:{mobile}  2 the attempts on its code  3 the mobile's failures  4 img:{uuid}  5 the client's unsolved captchas
--       6 7 conversion of the number's prefix and of the client's network  8.. windows
-- ARGV  1 deadline  2 the captcha's answer, trimmed, in lower case, behind a `=`; '' if it was taken before  3 code
--       4 numbers: its lifetime, ms; failures allowed in a row, 0 for any; cap and length of KEYS[5]; conversion: window ms, grace
--       ms, floor, percent (0: off), 1 to enforce it  5 caps and lengths of the windows
-- Returns { 'ok', now, 1 if the conversion is too low, else 0, events now in each window... }
--         { 'captcha-expired' }  { 'captcha-mismatch' }  { 'refused', index of the window from 0, ms to wait }
--         { 'poor', ms to wait }  { 'locked', ms to wait }  { 'late', now }
--- @include start
--- @include window
--- @include conversion
--- @include code
if ARGV[2] ~= '' then
  local text = held[KEYS[4]]
  if not text then return { 'captcha-expired' } end
  redis.call('DEL', KEYS[4])
  if '=' .. text:match('^%s*(.-)%s*$'):lower() ~= ARGV[2] then return { 'captcha-mismatch' } end
end
local ttl, max_failures, solved_cap, solved_length, length, grace, floor, percent, enforce = unpack(numbers(ARGV[4]))
remove_latest_event(KEYS[5], solved_cap, solved_length)

local locked = locked_ms(KEYS[3], max_failures)
if locked then return { 'locked', locked } end
local bounds, sent, poor = numbers(ARGV[5]), {}, 0
local wait, index, logs, counts = look_at_all(8, bounds)
if percent > 0 then
  for key = 6, 7 do
    sent[key] = conversion_log(KEYS[key], length)
    poor = math.max(poor, poor_ms(sent[key], length, grace, floor, percent))
  end
end
if enforce == 1 and poor > wait then return { 'poor', poor } end
if wait > 0 then return { 'refused', index, wait } end

add_to_all(8, bounds, logs)
for key, log in pairs(sent) do add_sent(KEYS[key], log, length) end
write_code(ARGV[3], ttl)
return { 'ok', now, poor > 0 and 1 or 0, unpack(counts) }
