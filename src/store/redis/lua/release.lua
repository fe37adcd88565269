-- Takes a reservation back whose message was definitely not sent: its code, if it is still this one, and its counts.
-- KEYS  1 sms:{mobile}  2 the attempts on its code  3 4 conversion of the number's prefix and of the client's network  5.. windows
-- ARGV  1 deadline  2 code  3 when it was counted  4 conversion: window ms, 0 for off  5 caps and lengths of the windows
-- Returns { 'ok' }  { 'late', now }
--- @include start
--- @include window
--- @include conversion
--- @include code
local at, length = tonumber(ARGV[3]), tonumber(ARGV[4])
delete_code(ARGV[2])
if length > 0 then
  remove_sent(KEYS[3], at, length)
  remove_sent(KEYS[4], at, length)
end
remove_from_all(5, numbers(ARGV[5]), at)
return { 'ok' }
