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

-- The names of the pools, in the order of their keys.
local POOLS = { 'known', 'unknown', 'person', 'device' }
local NOBODY = { 0, 0, 0 }

-- The state of a send, from KEYS[k]...: standings of client, network and parent, pools, the start, the last confirmation of the mobile,
-- its unpaid messages, its messages of the day.
local function read_allowances(k, asker, device)
  local started, pools = string.match(held[KEYS[k + 7]] or '', '^%d+'), {}
  for i, pool in ipairs(POOLS) do pools[pool] = unpacked(held[KEYS[k + 2 + i]], {}) end
  local unpaid = unpaid_messages(KEYS[k + 9])
  return {
    client = unpacked(held[KEYS[k]], { unpack(NOBODY) }),
    network = unpacked(held[KEYS[k + 1]], { unpack(NOBODY) }),
    parent = unpacked(held[KEYS[k + 2]], { unpack(NOBODY) }),
    pools = pools,
    young = not started or now - tonumber(started) < YOUNG_MS,
    confirmed_at = tonumber(held[KEYS[k + 8]] or nil),
    unpaid = unpaid,
    again = is_again(unpaid, asker[2]),
    of_mobile = unpacked(held[KEYS[k + 10]], {}),
    device = device,
  }
end

-- When allowances were first charged is remembered for as long as there is a history, and written anew once a day.
local function keep_start(key)
  local started, written = string.match(held[key] or '', '^(%d+) (%d+)$')
  if started and now - tonumber(written) < DAY_MS then return end
  redis.call('SET', key, string.format('%.0f %.0f', tonumber(started or now), now), 'PX', HISTORY_MS)
end

-- Charges a message to what pays for it, given the state that was read.
local function charge_allowances(k, state, asker, charge)
  write_standing(KEYS[k], with_message(state.client, DEBTS, DAY_MS), DAY_MS)
  if is_of_network(charge) then
    local keep = keep_of(state.network)
    write_standing(KEYS[k + 1], with_message(state.network, DEBTS, keep), keep, true)
  end
  if is_of_parent(charge) then write_standing(KEYS[k + 2], with_message(state.parent, DEBTS, DAY_MS), DAY_MS) end
  for i, pool in ipairs(POOLS) do
    if pool == charge then write_pool(KEYS[k + 2 + i], with_message(state.pools[pool], POOL, DAY_MS)) end
  end
  keep_start(KEYS[k + 7])
  local unpaid = state.unpaid
  for _, field in ipairs({ now, asker[1], asker[2], charge }) do unpaid[#unpaid + 1] = field end
  write_unpaid(KEYS[k + 9], unpaid)
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
-- last confirmed before, or nil.
local function settle_confirmation(prefix, asker, messages, confirmed_key)
  local confirmed_at = tonumber(held[confirmed_key] or nil)
  settle_allowances(prefix, asker, messages, weight_of(confirmed_at))
  redis.call('SET', confirmed_key, string.format('%.0f', math.max(now, confirmed_at or 0)), 'PX', HISTORY_MS)
  return confirmed_at
end
