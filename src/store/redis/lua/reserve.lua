-- A send, all in one step: takes the captcha, counts the message in all its limits or in none, and writes its request and code.
-- KEYS  1 img:{uuid}  2 sms:{mobile}  3 the latest code's purpose  4 the request  5 when codes of this purpose were ended
--       6 the mobile's failures  7.. the client's unsolved captchas, then the limits
-- ARGV  1 deadline  2 the captcha's answer, trimmed, in lower case  3 code  4 purpose  5 smsId  6 uuid
--       7 numbers: the code's lifetime, ms; failures allowed in a row, 0 for any; how many keys count unsolved captchas; then cap and
--       length of each of those and of each limit
-- Returns { 'ok', now, code before, its `code:PURPOSE:uuid`, when it expires, events now in each limit... }
--         { 'captcha-expired', now }  { 'captcha-mismatch', now }  { 'refused', now, index of the limit from 0, ms to wait }
--         { 'locked', now, ms to wait }  { 'deadline-exceeded', now }
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
local ttl, max_failures, unsolved = bounds[1], bounds[2], bounds[3]
for i = 1, unsolved do refund_latest_event(KEYS[6 + i], bounds[2 + 2 * i], bounds[3 + 2 * i]) end

local locked = locked_ms(KEYS[6], max_failures)
if locked then return { 'locked', now, locked } end
local first, b = 7 + unsolved, 4 + 2 * unsolved
local wait, index, logs, counts = check_all(first, #KEYS, bounds, b)
if wait > 0 then return { 'refused', now, index, wait } end
count_all(first, #KEYS, bounds, b, logs)
local previous, latest, expires =
  write_request(KEYS[2], KEYS[3], KEYS[4], KEYS[5], ARGV[3], ARGV[4], ARGV[6], ARGV[5], ttl)
return { 'ok', now, previous, latest, expires, unpack(counts) }
