-- For a cluster: looks at one conversion, and counts in it.
-- KEYS  1 conversion of a number's prefix or of a client's network
-- ARGV  1 deadline  2 `look`, `sent`, `verified` or `unsent`  3 4 5 6 window ms, grace ms, floor, percent  7 `1` to enforce it
--       8 for `unsent`: when it was counted
-- Returns { 'ok', now, 1 if the conversion is too low, else 0 }  { 'poor', ms to wait }  { 'late', now }
--- @include start
--- @include conversion
local length = tonumber(ARGV[3])
if ARGV[2] == 'verified' then
  add_verified(KEYS[1], length)
elseif ARGV[2] == 'unsent' then
  remove_sent(KEYS[1], tonumber(ARGV[8]), length)
else
  local log = conversion_log(KEYS[1], length)
  local poor = poor_ms(log, length, tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
  if poor > 0 and ARGV[7] == '1' then return { 'poor', poor } end
  if ARGV[2] == 'sent' then add_sent(KEYS[1], log, length) end
  return { 'ok', now, poor > 0 and 1 or 0 }
end
return { 'ok', now, 0 }
