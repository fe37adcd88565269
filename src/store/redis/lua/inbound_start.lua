-- Takes a captcha, where there is one to take, and remembers the text that its request waits for.
-- KEYS  1 the request  2 its text  3 when codes of this purpose were ended  and where a captcha is taken: 4 img:{uuid}  then the
--       client's unsolved captchas
-- ARGV  1 deadline  2 the captcha's answer, trimmed, in lower case  3 code in the text  4 purpose  5 name of the ticket  6 uuid
--       7 numbers: how long it waits, ms; then cap and length of each key for unsolved captchas
--       8 9 10 client, network, parent that ask, where allowances are kept
-- Returns { 'ok', now }  { 'captcha-expired', now }  { 'captcha-mismatch', now }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
local bounds = numbers(ARGV[7])
local captcha = KEYS[4]
if captcha then
  local text = held[captcha]
  if not text then return { 'captcha-expired', now } end
  -- The first write, which a Redis refuses that could not remember what follows: the captcha is then still there.
  redis.call('SET', captcha, text, 'KEEPTTL')
  redis.call('DEL', captcha)
  if text:match('^%s*(.-)%s*$'):lower() ~= ARGV[2] then return { 'captcha-mismatch', now } end
  for i = 5, #KEYS do
    refund_latest_event(KEYS[i], bounds[2 * (i - 4)], bounds[2 * (i - 4) + 1])
  end
end
-- A request that is made after another ended all of its purpose is never taken for one of those, even if the clock steps back.
local at = math.max(now, tonumber(held[KEYS[3]] or -1) + 1)
-- { code, purpose, asked for at, name of the ticket, confirmed at, 0 before; and with allowances client, network, parent that asked }
local record = { ARGV[3], ARGV[4], at, ARGV[5], 0, ARGV[8], ARGV[9], ARGV[10] }
redis.call('SET', KEYS[1], cmsgpack.pack(record), 'PX', bounds[1])
redis.call('SET', KEYS[2], ARGV[6], 'PX', bounds[1])
return { 'ok', now }
