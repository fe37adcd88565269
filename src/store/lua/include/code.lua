-- The code KEYS[1] with the wrong tries against it, KEYS[2] as `code:count`, and the mobile's wrong codes in a row, KEYS[3].

-- Ms for which the mobile must wait after too many wrong codes; nil if it needn't.
local function locked_ms(max_failures)
  if max_failures == 0 or tonumber(redis.call('GET', KEYS[3]) or 0) < max_failures then return nil end
  -- Redis keeps a key through the millisecond in which it expires.
  return math.max(redis.call('PTTL', KEYS[3]), 1)
end

local function write_code(code, ttl)
  redis.call('SET', KEYS[1], code, 'PX', ttl)
  redis.call('DEL', KEYS[2])
end

local function delete_code(code)
  if redis.call('GET', KEYS[1]) == code then redis.call('DEL', KEYS[1], KEYS[2]) end
end
