-- What a key holds that is a list in MessagePack: a log, a standing, a request, a mobile's unpaid messages.
-- KEYS  1 the list
-- ARGV  1 deadline
-- Returns { 'ok', now, what it holds, as text that loses nothing... }  { 'deadline-exceeded', now }
--- @include deadline
local list = held[KEYS[1]] and cmsgpack.unpack(held[KEYS[1]]) or {}
for i, value in ipairs(list) do
  list[i] = type(value) == 'number' and string.format('%.17g', value) or value
end
return { 'ok', now, unpack(list) }
