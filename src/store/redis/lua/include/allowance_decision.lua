-- Whether a client, a network and the shop may leave one more message unconfirmed. The rule, and why, stand in src/limits/allowances.ts and
-- docs/abuse.md; the same arithmetic stands in src/store/memory/allowances.ts, and test/store/allowances-alike holds both to each other.

-- The log of a pool, which is read when it is asked for: most messages ask for none, or for one of four.
local function pool_of(s, name)
  if not s.pools[name] then
    local key = s.pools_begin .. name
    held[key] = redis.call('GET', key)
    s.pools[name] = unpacked(held[key], {})
  end
  return s.pools[name]
end

-- Whether a message may be sent, and what pays for it. `s` holds the state: client, network, parent (standings), pools (logs by name, as far
-- as they were read) and what the keys of the others begin with, young, confirmed_at, of_mobile (log), again, device. The rule's numbers
-- begin at `i` in `rule`, in the order of AllowanceRule.
-- Returns the charge; or nil, what refused, and ms to wait.
local function decide(s, rule, i)
  local per_client_hour, per_client_share, client_credit, strangers_per_mobile, own_from, own_from_young, one_from, own_base, own_share,
    own_grade, own_again, known_size, known_grade, known_again, unknown_size, unknown_grade, unknown_again, young_size, young_grade,
    person_size, person_grade, device_size, parent_share, person_shares, ungraded =
    unpack(rule, i)
  local client_rate = rate_of(s.client)
  if per_client_hour > 0 then
    local limit = math.max(per_client_hour, math.floor(per_client_share * client_rate))
    local wait = wait_below(s.client, DEBTS, HOUR_MS, limit)
    if wait > 0 then return nil, 'client', wait end
  end
  local known = is_known(s.network)
  -- In the first days nobody is known: the caps of the mobile are enough then.
  if not s.young and not known and not s.device then
    local wait = wait_below(s.of_mobile, POOL, DAY_MS, strangers_per_mobile)
    if wait > 0 then return nil, 'mobile', wait end
  end

  -- Debts beyond what the client's own confirmations cover: many people may share its address.
  local client_debts =
    math.max(0, count_within(s.client, DEBTS, DAY_MS) - math.floor(client_credit * client_rate))
  local least = math.huge
  -- Whether the log has room, and the parent's where one counts; else notes the wait.
  local function pays(log, first, limit, parent_limit)
    local wait = wait_below(log, first, DAY_MS, limit)
    if parent_limit then wait = math.max(wait, wait_below(s.parent, DEBTS, DAY_MS, parent_limit)) end
    least = math.min(least, wait)
    return wait == 0
  end
  local function graded(size, grade, debts)
    return math.max(ungraded, size * power(grade, math.max(0, math.min(debts, MOST_DEBTS))))
  end
  local share = math.max(ungraded, parent_share * (s.young and young_size or unknown_size), 1)
  local of_parent = math.floor(rate_of(s.parent))
  -- Strangers there use up no more than one share of it.
  local persons_of_parent = person_shares * share + of_parent

  if s.confirmed_at and now - s.confirmed_at < HISTORY_MS then
    local debts = math.max(client_debts, count_within(s.of_mobile, POOL, DAY_MS))
    local limit = graded(person_size, person_grade, debts)
    if pays(pool_of(s, 'person'), POOL, limit, persons_of_parent) then return 'person' end
  end
  if s.device and pays(pool_of(s, 'device'), POOL, device_size, persons_of_parent) then return 'device' end

  local rate = rate_of(s.network)
  local own = rate >= one_from and 1 or 0
  if rate >= (s.young and own_from_young or own_from) then own = own_base + math.floor(own_share * rate) end
  if own > 0 then
    local reach = power(own_grade, math.min(client_debts, MOST_DEBTS))
    if pays(s.network, DEBTS, own * (s.again and math.max(reach, own_again) or reach)) then return 'own' end
  end
  local debts = math.max(client_debts, count_within(s.network, DEBTS, known and DAY_MS or WEEK_MS) - own)
  local function in_pool(size, grade, again_grade)
    return math.max(graded(size, grade, debts), s.again and size * again_grade or 0)
  end
  if known then
    if pays(pool_of(s, 'known'), POOL, in_pool(known_size, known_grade, known_again)) then return 'known' end
  else
    -- In the first days somebody who asks again is held to one debt less.
    local limit = s.young and graded(young_size, young_grade, s.again and debts - 1 or debts)
      or in_pool(unknown_size, unknown_grade, unknown_again)
    if pays(pool_of(s, 'unknown'), POOL, limit, share + of_parent) then return 'unknown' end
  end
  return nil, 'pool', least
end
