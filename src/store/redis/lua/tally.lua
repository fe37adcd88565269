-- Adds counts to those that a key holds, as lines `name count`.
-- KEYS  1 the counts
-- ARGV  1 deadline  2 what is added, as lines `name count`  3 lifetime from now, ms
-- Returns { 'ok', now }  { 'deadline-exceeded', now }
--- @include deadline
local counts, names = {}, {}
for _, text in ipairs({ held[KEYS[1]] or '', ARGV[2] }) do
  for name, count in text:gmatch('(%S+) (%d+)') do
    if not counts[name] then names[#names + 1] = name end
    counts[name] = (counts[name] or 0) + tonumber(count)
  end
end
local lines = {}
for i, name in ipairs(names) do lines[i] = name .. ' ' .. string.format('%.0f', counts[name]) end
redis.call('SET', KEYS[1], table.concat(lines, '\n'), 'PX', ARGV[3])
return { 'ok', now }
