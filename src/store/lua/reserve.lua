-- Counts a message in all its windows, all or none, and writes its code in place of an earlier one.
-- KEYS  1 sms:{mobile}  2 the attempts on its code  3 the mobile's failures  4 the client's unsolved captchas  5.. windows
-- ARGV  1 deadline  2 code  3 its lifetime, ms  4 failures allowed in a row, 0 for any  5 6 cap and length of KEYS[4];
--       cap 0 to leave it alone (in a cluster it lives in another slot)  7.. cap and length of each window
-- Returns { 'ok', now, events now in each window... }  { 'refused', index of the window from 0, ms to wait }
--         { 'locked', ms to wait }  { 'late', now }
--- @include clock
--- @include window
if ARGV[5] ~= '0' then remove_latest_event(KEYS[4], tonumber(ARGV[5]), tonumber(ARGV[6])) end
local max_failures = tonumber(ARGV[4])
if max_failures > 0 and tonumber(redis.call('GET', KEYS[3]) or 0) >= max_failures then
  return { 'locked', redis.call('PTTL', KEYS[3]) }
end
local index, result = add_to_all(5, 7)
if index then return { 'refused', index, result } end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
return { 'ok', now, unpack(result) }
