-- Appends a line to a text.
-- KEYS  1 the text
-- ARGV  1 deadline  2 the line  3 how many lines are kept, the last ones  4 its lifetime from now, ms
-- Returns { 'ok', now }  { 'deadline-exceeded', now }
--- @include deadline
local lines = {}
for line in (held[KEYS[1]] or ''):gmatch('[^\n]+') do lines[#lines + 1] = line end
lines[#lines + 1] = ARGV[2]
local first = math.max(1, #lines - tonumber(ARGV[3]) + 1)
redis.call('SET', KEYS[1], table.concat(lines, '\n', first), 'PX', ARGV[4])
return { 'ok', now }
