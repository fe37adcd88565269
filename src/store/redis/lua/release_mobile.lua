-- For a cluster: takes a message's code, if it is still this one, and its counts in the windows of its mobile back.
-- KEYS  1 sms:{mobile}  2 the attempts on its code  3.. windows
-- ARGV  1 deadline  2 code  3 when it was counted  4 caps and lengths of the windows
-- Returns { 'ok' }  { 'late', now }
--- @include start
--- @include window
--- @include code
delete_code(ARGV[2])
remove_from_all(3, numbers(ARGV[4]), tonumber(ARGV[3]))
return { 'ok' }
