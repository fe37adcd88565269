-- Appends lines to texts.
-- KEYS  the texts
-- ARGV  1 deadline  2 how many lines of each are kept, the last ones  3 their lifetime from now, ms  then the lines for each text
-- Returns { 'ok', now }  { 'deadline-exceeded', now }
--- @include deadline
local kept, life = tonumber(ARGV[2]), ARGV[3]
for i, key in ipairs(KEYS) do
  local text = held[key] and held[key] .. '\n' .. ARGV[3 + i] or ARGV[3 + i]
  local lines = {}
  for line in text:gmatch('[^\n]+') do lines[#lines + 1] = line end
  if #lines > kept then text = table.concat(lines, '\n', #lines - kept + 1) end
  redis.call('SET', key, text, 'PX', life)
end
return { 'ok', now }
