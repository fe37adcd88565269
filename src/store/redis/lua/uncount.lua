-- For a cluster: takes counts in the windows of one slot back.
-- KEYS  1.. windows
-- ARGV  1 deadline  2 when they were counted  3 caps and lengths of the windows
-- Returns { 'ok' }  { 'late', now }
--- @include start
--- @include window
remove_from_all(1, numbers(ARGV[3]), tonumber(ARGV[2]))
return { 'ok' }
