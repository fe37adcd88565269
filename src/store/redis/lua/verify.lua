-- Compares a code. A right one is consumed; a wrong one is counted against the code and against the mobile.
-- KEYS  1 sms:{mobile}  2 the attempts on its code, as `code:count`  3 the mobile's failures in a row
--       4.. conversions to credit (none in a cluster, where they live in other slots)
-- ARGV  1 deadline  2 the code to check  3 wrong codes before the code is void, 0 for any  4 failures in a row before the mobile
--       must wait, 0 for any  5 how long it waits, ms  6 how long after the last failure the row is forgotten, ms
--       7 conversion: window ms
-- Returns { 'ok' }  { 'expired' }  { 'mismatch', wrong codes still allowed, -1 for any }  { 'locked', ms to wait, 0 for a void
--         code only }  { 'late', now }
--- @include start
--- @include conversion
--- @include code
local max_attempts, max_failures = tonumber(ARGV[3]), tonumber(ARGV[4])
local locked = locked_ms(KEYS[3], max_failures)
if locked then return { 'locked', locked } end

-- The attempts belong to one code: one that another service wrote meanwhile starts afresh.
local code = held[KEYS[1]]
local counted, attempts = string.match(held[KEYS[2]] or '', '^(.*):(%d+)$')
attempts = tonumber(attempts or 0)
if not code then
  if max_attempts > 0 and attempts >= max_attempts then return { 'locked', 0 } end
  return { 'expired' }
end
if counted ~= code then attempts = 0 end

-- In constant time: every character is looked at, whatever the ones before it were.
local difference = bit.bxor(#code, #ARGV[2])
for i = 1, #code do
  difference = bit.bor(difference, bit.bxor(code:byte(i), ARGV[2]:byte(i) or 0))
end
if difference == 0 then
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  for key = 4, #KEYS do add_verified(KEYS[key], tonumber(ARGV[7])) end
  return { 'ok' }
end

attempts = attempts + 1
local failures = tonumber(held[KEYS[3]] or 0) + 1
local void = max_attempts > 0 and attempts >= max_attempts
local wait = max_failures > 0 and failures >= max_failures
if max_failures > 0 then
  redis.call('SET', KEYS[3], failures, 'PX', wait and ARGV[5] or ARGV[6])
end
-- A code that another service wrote without an expiry still gets its attempts counted.
local lifetime = redis.call('PTTL', KEYS[1])
redis.call('SET', KEYS[2], code .. ':' .. attempts, 'PX', lifetime < 0 and ARGV[6] or math.max(lifetime, 1))
if void or wait then redis.call('DEL', KEYS[1]) end
if wait then return { 'locked', tonumber(ARGV[5]) } end
if void then return { 'locked', 0 } end
local left = -1
if max_attempts > 0 then left = max_attempts - attempts end
if max_failures > 0 and (left < 0 or max_failures - failures < left) then left = max_failures - failures end
return { 'mismatch', left }
