-- Unconfirmed messages: reading what a send depends on, charging a message, and settling what was confirmed or definitely not sent.

-- What a confirmation counts for: 1, or for a number that confirmed lately the share of CREDIT_MS since then.
local function weight_of(confirmed_at)
  if not confirmed_at then return 1 end
  return math.min(1, math.max(0, now - confirmed_at) / CREDIT_MS)
end

-- A mobile's messages that nobody confirmed yet, as { at, client, network, charge, ... }: those of the last AGAIN_MS.
local function unpaid_messages(key)
  local list, recent = unpacked(held[key], {}), {}
  for i = 1, #list, 4 do
    if list[i] + AGAIN_MS > now then
      for field = i, i + 3 do recent[#recent + 1] = list[field] end
    end
  end
  return recent
end

local function write_unpaid(key, list)
  write_numbers(key, list, #list > 0 and list[#list - 3] + AGAIN_MS or 0)
end

-- Whether exactly one unconfirmed message to this mobile was asked for from this network lately: somebody asks again.
local function is_again(unpaid, network)
  local count = 0
  for i = 1, #unpaid, 4 do
    if unpaid[i + 2] == network then count = count + 1 end
  end
  return count == 1
end

local NOBODY = { 0, 0, 0 }

local function standing_of(key)
  return unpacked(held[key], { unpack(NOBODY) })
end

-- Who asks, from the keys of the standings of client, network and parent, which begin at KEYS[k].
local function asker_of(k, prefix)
  local function id(key, kind)
    return key:sub(#prefix + #kind + 3, -1 - #'}:allowance')
  end
  return { id(KEYS[k], 'client'), id(KEYS[k + 1], 'network'), id(KEYS[k + 2], 'parent') }
end

-- The state of a send, from KEYS[k]...: standings of client, network and parent, the last confirmation of the mobile, its unpaid messages;
-- and from its messages of the day, if they are counted, pools, and the start, whose keys are put together here: a key costs a client more.
local function read_allowances(k, prefix, asker, of_mobile, device)
  local started, written = string.match(redis.call('GET', prefix .. 'allowance:started') or '', '^(%d+) ?(%d*)$')
  started = tonumber(started)
  local unpaid = unpaid_messages(KEYS[k + 4])
  return {
    client = standing_of(KEYS[k]),
    network = standing_of(KEYS[k + 1]),
    parent = standing_of(KEYS[k + 2]),
    pools = {},
    pools_begin = prefix .. 'allowance:',
    started = started,
    start_written = tonumber(written),
    young = not started or now - started < YOUNG_MS,
    confirmed_at = tonumber(held[KEYS[k + 3]] or nil),
    unpaid = unpaid,
    again = is_again(unpaid, asker[2]),
    of_mobile = of_mobile,
    device = device,
  }
end

-- When allowances were first charged is remembered for as long as there is a history, and written anew once a day. A time that is still to
-- come was read from a clock that was wrong: until then the shop would count as young.
local function keep_start(prefix, state)
  if state.start_written and math.abs(now - state.start_written) < DAY_MS then return end
  local started = math.min(state.started or now, now)
  redis.call('SET', prefix .. 'allowance:started', string.format('%.0f %.0f', started, now), 'PX', HISTORY_MS)
end

-- Charges a message to what pays for it, given the state that was read.
local function charge_allowances(k, prefix, state, asker, charge)
  local function owe(key, standing, keep, is_network)
    write_standing(key, standing, keep, is_network, add_message(standing, DEBTS, keep) and held[key])
  end
  owe(KEYS[k], state.client, DAY_MS)
  if is_of_network(charge) then owe(KEYS[k + 1], state.network, keep_of(state.network), true) end
  if is_of_parent(charge) then owe(KEYS[k + 2], state.parent, DAY_MS) end
  if charge ~= 'own' then
    local key, pool = state.pools_begin .. charge, pool_of(state, charge)
    write_pool(key, pool, add_message(pool, POOL, DAY_MS) and held[key])
  end
  keep_start(prefix, state)
  local unpaid = state.unpaid
  for _, field in ipairs({ now, asker[1], asker[2], charge }) do unpaid[#unpaid + 1] = field end
  write_unpaid(KEYS[k + 4], unpaid)
end

-- Refunds messages of these times, { sent at, charge, ... }, and credits a confirmation of this weight (0: none), to whoever asked. The
-- keys are put together here, since who asked shows only in the request; on a cluster this is done slot by slot instead.
local function settle_allowances(prefix, asker, messages, weight)
  local function change(kind, id, counts)
    local key = '{' .. prefix .. kind .. ':' .. id .. '}:allowance'
    local standing = unpacked(redis.call('GET', key), { unpack(NOBODY) })
    for i = 1, #messages, 2 do
      if counts(messages[i + 1]) then without_message(standing, DEBTS, messages[i]) end
    end
    if weight > 0 then add_credit(standing, weight) end
    local is_network = kind == 'network'
    write_standing(key, standing, is_network and keep_of(standing) or DAY_MS, is_network)
  end
  change('client', asker[1], function() return true end)
  change('network', asker[2], is_of_network)
  change('parent', asker[3], is_of_parent)
  for i = 1, #messages, 2 do
    local pool = messages[i + 1]
    if pool ~= 'own' then
      local key = prefix .. 'allowance:' .. pool
      local log = unpacked(redis.call('GET', key), {})
      without_message(log, POOL, messages[i])
      write_pool(key, log)
    end
  end
end

-- Takes the messages of this client and network out of a mobile's unpaid ones; `sent_at` nil: all of them, else the one of that time.
-- Returns { sent at, charge, ... }
local function take_unpaid(key, asker, sent_at)
  local unpaid, rest, taken = unpaid_messages(key), {}, {}
  for i = 1, #unpaid, 4 do
    local own = unpaid[i + 1] == asker[1] and unpaid[i + 2] == asker[2]
    if own and (not sent_at or (unpaid[i] == sent_at and #taken == 0)) then
      taken[#taken + 1] = unpaid[i]
      taken[#taken + 1] = unpaid[i + 3]
    else
      for field = i, i + 3 do rest[#rest + 1] = unpaid[field] end
    end
  end
  if #taken > 0 then write_unpaid(key, rest) end
  return taken
end

-- Pays the messages that `take_unpaid` took and credits whoever asked, where all that lives on this Redis. Returns when the mobile was
-- last confirmed before, or nil. The time of now is written, whatever stood there: one that is still to come was read from a clock that was
-- wrong, and its number would earn nobody credit until then.
local function settle_confirmation(prefix, asker, messages, confirmed_key)
  local confirmed_at = tonumber(held[confirmed_key] or nil)
  settle_allowances(prefix, asker, messages, weight_of(confirmed_at))
  redis.call('SET', confirmed_key, string.format('%.0f', now), 'PX', HISTORY_MS)
  return confirmed_at
end
