-- Whether a client, a network and the shop may leave one more message unconfirmed. The rule, and why, stand in src/limits/allowances.ts and
-- docs/abuse.md; the same arithmetic stands in src/store/memory/allowances.ts, and test/store/allowances-alike holds both to each other.

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
