-- Codes: the latest of a mobile under sms:{mobile}, beside it `code:PURPOSE:uuid` of the latest that this server wrote, and a record for each
-- request, as MessagePack { code, purpose, wrong tries, asked for at, smsId, and with allowances client, network, parent that asked }.

-- Whether the mobile whose failures are `key` is locked after too many wrong codes.
local function is_locked(key, max_failures)
  return max_failures > 0 and tonumber(held[key] or 0) >= max_failures
end

-- For how many ms a locked mobile is locked still, `lockout` at most: failures that a higher limit allowed are kept for longer, and last no
-- longer than that once a lower one locks. Not to be a script's first write, where a full Redis must refuse those behind it.
local function lock_left(key, lockout)
  local left = redis.call('PTTL', key)
  if left > lockout then
    redis.call('PEXPIRE', key, lockout)
    return lockout
  end
  -- Redis keeps a key through the millisecond in which it expires.
  return math.max(left, 1)
end

-- What an operator decided for a mobile: 'blocked', 'allowed' or nil; and for how many ms still.
local function listing(key)
  local list = held[key] and string.match(held[key], '^(%l+) ')
  return list, list and math.max(redis.call('PTTL', key), 1)
end

-- Writes a request and its code. Returns what stood under `code_key` before: the code ('' for none), `code:PURPOSE:uuid` where this
-- server wrote it ('' where another service did, over one of ours too), and when it would have expired.
-- `asker` is { client, network, parent } where allowances are kept.
local function write_request(code_key, latest_key, request_key, ended_key, code, purpose, uuid, sms_id, ttl, asker)
  local previous, latest, expires = held[code_key] or '', held[latest_key] or '', 0
  if string.match(latest, '^(%d+):') ~= previous then latest = '' end
  if previous ~= '' then
    local left = redis.call('PTTL', code_key)
    expires = now + (left < 0 and ttl or left)
  end
  -- A code that is asked for after another ended all of its purpose is never taken for one of those, even if the clock steps back.
  local at = math.max(now, tonumber(held[ended_key] or -1) + 1)
  local record = { code, purpose, 0, at, sms_id }
  for _, id in ipairs(asker or {}) do record[#record + 1] = id end
  redis.call('SET', request_key, cmsgpack.pack(record), 'PX', ttl)
  redis.call('SET', code_key, code, 'PX', ttl)
  redis.call('SET', latest_key, code .. ':' .. purpose .. ':' .. uuid, 'PX', ttl)
  return previous, latest, expires
end

-- Whether a code that this server wrote before is good still: its request is there, was not ended, and has tries left.
local function is_good(request_key, ended_key, code)
  local record = held[request_key] and cmsgpack.unpack(held[request_key])
  return record and record[1] == code and record[4] > tonumber(held[ended_key] or -1)
end

-- Ends all codes of a purpose that were asked for up to `at`; the latest goes if it is one of them.
local function end_codes(ended_key, code_key, latest_key, purpose, at, life)
  redis.call('SET', ended_key, string.format('%.0f', math.max(now, at)), 'PX', life)
  local code_of, purpose_of = string.match(held[latest_key] or '', '^(%d+):([%u_]+):')
  if code_of and code_of == held[code_key] and purpose_of == purpose then redis.call('DEL', code_key, latest_key) end
end

-- Deletes a request whose message was not sent, and puts back what stood under `code_key` before, if its code still stands there and
-- the one before is good.
local function refund_request(code_key, latest_key, request_key, code, previous, previous_latest, expires, good)
  redis.call('DEL', request_key)
  if held[code_key] ~= code then return end
  local left = expires - now
  if previous == '' or left <= 0 or not good then
    redis.call('DEL', code_key, latest_key)
    return
  end
  redis.call('SET', code_key, previous, 'PX', left)
  if previous_latest == '' then
    redis.call('DEL', latest_key)
  else
    redis.call('SET', latest_key, previous_latest, 'PX', left)
  end
end
