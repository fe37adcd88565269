-- What became of a request that waits for a message from a mobile. Changes nothing.
-- KEYS  1 the request  2 when codes of its purpose were ended
-- ARGV  1 deadline  2 purpose
-- Returns { 'waiting', now }  { 'confirmed', now, at, name of the ticket }  { 'expired', now }  { 'deadline-exceeded', now }
--- @include deadline
local record = held[KEYS[1]] and cmsgpack.unpack(held[KEYS[1]])
if not record or record[2] ~= ARGV[2] then return { 'expired', now } end
if record[5] > 0 then return { 'confirmed', now, record[5], record[4] } end
if record[3] <= tonumber(held[KEYS[2]] or -1) then return { 'expired', now } end
return { 'waiting', now }
