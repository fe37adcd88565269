-- Allowances: what a client, a network and the shop may leave unconfirmed. The rule, and why, stand in src/limits/allowances.ts and
-- docs/abuse.md; the same arithmetic stands in src/store/memory/allowances.ts, and the store's contract suite holds both to each other.
--
-- Logs are { at, count, at, count, ... } in order of time; a standing (of a client, a network or a parent of networks) is { confirmations
-- decayed over a day, over ten days, the hour to which they are decayed, then the log of its unconfirmed messages }. Both MessagePack.

local HOUR_MS, DAY_MS, WEEK_MS, HISTORY_MS = 3600000, 86400000, 604800000, 2592000000
local YOUNG_MS, CREDIT_MS, AGAIN_MS = 259200000, 6048000000, 900000
local MAX_ENTRIES, STEPS, MOST_DEBTS, KNOWN = 64, 48, 60, 0.05
local SMALL_HISTORY, SMALL_HISTORY_MS = 5, 259200000
-- Where the log of a standing begins, and that of a pool.
local DEBTS, POOL = 4, 1

local function unpacked(raw, empty)
  return raw and cmsgpack.unpack(raw) or empty
end

-- How many messages of the log that begins at `first` are younger than `length`.
local function count_within(log, first, length)
  local count = 0
  for i = #log - 1, first, -2 do
    if log[i] + length <= now then break end
    count = count + log[i + 1]
  end
  return count
end

-- Ms until fewer than `limit` are younger than `length`, if no more come; 0 if they are.
local function wait_below(log, first, length, limit)
  local count, wait = count_within(log, first, length), 0
  for i = first, #log - 1, 2 do
    if count < limit then break end
    if log[i] + length > now then
      count = count - log[i + 1]
      wait = log[i] + length - now
    end
  end
  return wait
end

-- One message more; what is older than `keep` leaves the log.
local function with_message(log, first, keep)
  local kept = {}
  for i = 1, first - 1 do kept[i] = log[i] end
  for i = first, #log - 1, 2 do
    if log[i] + keep > now then
      kept[#kept + 1] = log[i]
      kept[#kept + 1] = log[i + 1]
    end
  end
  local last = #kept - 1
  if last >= first and kept[last] >= now then
    kept[last + 1] = kept[last + 1] + 1
  else
    kept[#kept + 1] = now
    kept[#kept + 1] = 1
  end
  if #kept - first + 1 <= 2 * MAX_ENTRIES then return kept end
  local step, steps = math.ceil(keep / STEPS), {}
  for i = 1, first - 1 do steps[i] = kept[i] end
  for i = first, #kept - 1, 2 do
    local previous = #steps - 1
    if previous >= first and math.floor(steps[previous] / step) == math.floor(kept[i] / step) then
      steps[previous] = kept[i]
      steps[previous + 1] = steps[previous + 1] + kept[i + 1]
    else
      steps[#steps + 1] = kept[i]
      steps[#steps + 1] = kept[i + 1]
    end
  end
  return steps
end

-- One message of the time `sent_at` less: it stands in the first entry that is not older.
local function without_message(log, first, sent_at)
  for i = first, #log - 1, 2 do
    if log[i] >= sent_at then
      if log[i + 1] > 1 then
        log[i + 1] = log[i + 1] - 1
      else
        table.remove(log, i + 1)
        table.remove(log, i)
      end
      return
    end
  end
end

local function power(base, exponent)
  local result, square = 1, base
  while exponent > 0 do
    if exponent % 2 == 1 then result = result * square end
    square = square * square
    exponent = math.floor(exponent / 2)
  end
  return result
end

local function decay(standing)
  local hours = math.max(0, math.floor(now / HOUR_MS) - standing[3])
  if hours * HOUR_MS >= HISTORY_MS then return 0, 0 end
  return standing[1] * power(23 / 24, hours), standing[2] * power(239 / 240, hours)
end

-- Confirmations a day: the recent ones, or the usual ones if they are more.
local function rate_of(standing)
  local of_day, of_ten_days = decay(standing)
  return math.max(of_day, of_ten_days / 10)
end

local function is_known(standing)
  local _, of_ten_days = decay(standing)
  return of_ten_days >= KNOWN
end

local function add_credit(standing, weight)
  local of_day, of_ten_days = decay(standing)
  standing[1], standing[2] = of_day + weight, of_ten_days + weight
  standing[3] = math.max(standing[3], math.floor(now / HOUR_MS))
end

local function keep_of(network)
  return is_known(network) and DAY_MS or WEEK_MS
end

-- Writes what still counts, until nothing of it does. A DEL comes first, so that a refund is done while Redis is full.
local function write_numbers(key, list, expires)
  redis.call('DEL', key)
  if expires > now then redis.call('SET', key, cmsgpack.pack(list), 'PX', expires - now) end
end

local function write_standing(key, standing, keep, is_network)
  local debts = #standing >= DEBTS and standing[#standing - 1] + keep or 0
  local history = not is_network and standing[2] < SMALL_HISTORY and SMALL_HISTORY_MS or HISTORY_MS
  write_numbers(key, standing, math.max(debts, standing[2] > 0 and standing[3] * HOUR_MS + history or 0))
end

local function write_pool(key, log)
  write_numbers(key, log, #log > 0 and log[#log - 1] + DAY_MS or 0)
end

local function is_of_network(charge)
  return charge == 'own' or charge == 'known' or charge == 'unknown'
end

local function is_of_parent(charge)
  return charge == 'unknown' or charge == 'person' or charge == 'device'
end

-- Whether a message may be sent, and what pays for it. `s` holds the state: client, network, parent (standings), pools (logs by name),
-- young, confirmed_at, of_mobile (log), again, device. `r` is the rule.
-- Returns the charge; or nil, what refused, and ms to wait.
local function decide(s, r)
  local client_rate = rate_of(s.client)
  if r.per_client_hour > 0 then
    local limit = math.max(r.per_client_hour, math.floor(r.per_client_share * client_rate))
    local wait = wait_below(s.client, DEBTS, HOUR_MS, limit)
    if wait > 0 then return nil, 'client', wait end
  end
  local known = is_known(s.network)
  -- In the first days nobody is known: the caps of the mobile are enough then.
  if not s.young and not known and not s.device then
    local wait = wait_below(s.of_mobile, POOL, DAY_MS, r.strangers_per_mobile)
    if wait > 0 then return nil, 'mobile', wait end
  end

  -- Debts beyond what the client's own confirmations cover: many people may share its address.
  local client_debts =
    math.max(0, count_within(s.client, DEBTS, DAY_MS) - math.floor(r.client_credit * client_rate))
  local least = math.huge
  -- Whether the log has room, and the parent's where one counts; else notes the wait.
  local function pays(log, first, limit, parent_limit)
    local wait = wait_below(log, first, DAY_MS, limit)
    if parent_limit then wait = math.max(wait, wait_below(s.parent, DEBTS, DAY_MS, parent_limit)) end
    least = math.min(least, wait)
    return wait == 0
  end
  local function graded(size, grade, debts)
    return math.max(r.ungraded, size * power(grade, math.max(0, math.min(debts, MOST_DEBTS))))
  end
  local parent_share = math.max(r.ungraded, r.parent_share * (s.young and r.young_size or r.unknown_size), 1)
  local parent_limit = parent_share + math.floor(rate_of(s.parent))

  if s.confirmed_at and now - s.confirmed_at < HISTORY_MS then
    local debts = math.max(client_debts, count_within(s.of_mobile, POOL, DAY_MS))
    local limit = graded(r.person_size, r.person_grade, debts)
    if pays(s.pools.person, POOL, limit, parent_limit) then return 'person' end
  end
  if s.device and pays(s.pools.device, POOL, r.device_size, parent_limit) then return 'device' end

  local rate = rate_of(s.network)
  local own = rate >= r.one_from and 1 or 0
  if rate >= (s.young and r.own_from_young or r.own_from) then own = r.own_base + math.floor(r.own_share * rate) end
  if own > 0 then
    local reach = power(r.own_grade, math.min(client_debts, MOST_DEBTS))
    if pays(s.network, DEBTS, own * (s.again and math.max(reach, r.own_again) or reach)) then return 'own' end
  end
  local debts = math.max(client_debts, count_within(s.network, DEBTS, known and DAY_MS or WEEK_MS) - own)
  local function in_pool(size, grade, again_grade)
    return math.max(graded(size, grade, debts), s.again and size * again_grade or 0)
  end
  if known then
    if pays(s.pools.known, POOL, in_pool(r.known_size, r.known_grade, r.known_again)) then return 'known' end
  else
    -- In the first days somebody who asks again is held to one debt less.
    local limit = s.young and graded(r.young_size, r.young_grade, s.again and debts - 1 or debts)
      or in_pool(r.unknown_size, r.unknown_grade, r.unknown_again)
    if pays(s.pools.unknown, POOL, limit, parent_limit) then return 'unknown' end
  end
  return nil, 'pool', least
end

-- What a confirmation counts for: 1, or for a number that confirmed lately the share of CREDIT_MS since then.
local function weight_of(confirmed_at)
  if not confirmed_at then return 1 end
  return math.min(1, math.max(0, now - confirmed_at) / CREDIT_MS)
end

-- The rule's numbers, which begin at `i` in `list`, by name: in the order of AllowanceRule.
local RULE = {
  'per_client_hour', 'per_client_share', 'client_credit', 'strangers_per_mobile', 'own_from', 'own_from_young', 'one_from',
  'own_base', 'own_share', 'own_grade', 'own_again', 'known_size', 'known_grade', 'known_again', 'unknown_size',
  'unknown_grade', 'unknown_again', 'young_size', 'young_grade', 'person_size', 'person_grade', 'device_size',
  'parent_share', 'ungraded',
}
local function allowance_rule(list, i)
  local rule = {}
  for n, name in ipairs(RULE) do rule[name] = list[i + n - 1] end
  return rule
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
