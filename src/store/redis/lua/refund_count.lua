-- For a cluster: refunds one event in each limit of one slot.
-- KEYS  1.. limits
-- ARGV  1 deadline  2 numbers: when it was counted, 0 for the latest event there is; then cap, length and value of each limit
-- Returns { 'ok', now }  { 'deadline-exceeded', now }
--- @include deadline
--- @include sliding_window
local bounds = numbers(ARGV[2])
if bounds[1] > 0 then
  refund_all(1, #KEYS, bounds, 2, bounds[1])
else
  for i = 1, #KEYS do refund_latest_event(KEYS[i], bounds[3 * i - 1], bounds[3 * i]) end
end
return { 'ok', now }
