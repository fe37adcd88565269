-- Takes a reservation back whose message was definitely not sent: its code, if it is still this one, and its counts.
-- KEYS  1 sms:{mobile}  2 the attempts on its code  3.. windows
-- ARGV  1 deadline  2 code  3 when it was counted  4.. cap and length of each window
-- Returns { 'ok' }  { 'late', now }
--- @include clock
--- @include window
if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1], KEYS[2]) end
remove_from_all(3, 4, tonumber(ARGV[3]))
return { 'ok' }
