-- Notes what became of a message at one step. The first word on a step stays.
-- KEYS  1 the message's record
-- ARGV  1 deadline  2 step  3 note  4 ms that a record that is not there yet is kept
-- Returns { 'ok', now, 1 if this is the first word, else 0, record }  { 'deadline-exceeded', now }
--- @include deadline
local record = held[KEYS[1]] or ''
local is_new = not ('\n' .. record):find('\n' .. ARGV[2] .. ' ', 1, true)
if is_new then
  local left = redis.call('PTTL', KEYS[1])
  record = record .. ARGV[2] .. ' ' .. ARGV[3] .. '\n'
  redis.call('SET', KEYS[1], record, 'PX', left > 0 and left or ARGV[4])
end
return { 'ok', now, is_new and 1 or 0, record }
