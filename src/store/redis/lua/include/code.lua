-- The code KEYS[1] with the wrong tries against it, KEYS[2] as `code:count`, and the mobile's wrong codes in a row, KEYS[3].

-- Ms for which the mobile whose failures are `key` must wait after too many wrong codes; nil if it needn't.
local function locked_ms(key, max_failures)
  if max_failures == 0 or tonumber(held[key] or 0) < max_failures then return nil end
  -- Redis keeps a key through the millisecond in which it expires.
  return math.max(redis.call('PTTL', key), 1)
end

local function write_code(code, ttl)
  redis.call('SET', KEYS[1], code, 'PX', ttl)
  if held[KEYS[2]] then redis.call('DEL', KEYS[2]) end
end

local function delete_code(code)
  if held[KEYS[1]] == code then redis.call('DEL', KEYS[1], KEYS[2]) end
end
