import { type AllowanceRule, allowanceRule } from '../../src/limits/allowances';
import type { Attack } from './attack';
import type { Policy } from './limiter';
import { attackDay, type Figures, type History, history } from './run-scenario';
import type { People, ShopOptions } from './shop';

const HOUR = 3_600_000;
const BUDGET = 10_000;
const PER_CLIENT_HOUR = 20;

const SHOP: ShopOptions = {
  peopleADay: 4000,
  networks: 3000,
  carriers: 20,
  addressesPerCarrier: 1,
  churn: 0.02,
  returning: 0,
  devices: 0,
  inbound: 0,
};

/** A line of a table: a shop, an attacker (none: peace), and what differs. */
export interface Scenario {
  name: string;
  table: 'peace' | 'attacks' | 'back' | 'devices' | 'inbound' | 'today' | 'frontier';
  shop?: Partial<ShopOptions>;
  /** What its people have on the day of the attack. */
  people?: People;
  attacker?: string;
  attack?: Partial<Attack>;
  /** The first day instead of one after the history. */
  firstDay?: boolean;
  today?: boolean;
  rule?: Partial<AllowanceRule>;
  days?: number;
  budget?: number;
}

const LETTERS = ['a', 'b', 'c', 'd', 'd, none behind carriers', 'e', 'f', 'g, network', 'g, shop', 'i', 'j'];
const HALF = { returning: 0.5 };
const MOST = { returning: 0.9 };
const OWN_NUMBERS = Array.from({ length: 200 }, (_, i) => `own${i}`);

/** 200 numbers make 200 devices trusted. */
const TOKENS: Partial<Attack> = { devices: true, ownNumbers: OWN_NUMBERS };
const NO_OWN_CREDIT: Partial<AllowanceRule> = { ownFrom: 1e9, oneFrom: 1e9 };
const FROM_ONE_A_DAY: Partial<AllowanceRule> = { ownFrom: 1, oneFrom: 1e9 };

/** Tighter and looser than the default, for the frontier. */
const FRONTIER: [string, Partial<AllowanceRule>][] = [
  ['no own credit', NO_OWN_CREDIT],
  ['own credit from 8 a day', { ownFrom: 8, oneFrom: 1e9 }],
  ['own credit from 2 a day', { oneFrom: 1e9 }],
  ['own credit from 1 a day', FROM_ONE_A_DAY],
  ['the default', {}],
  ['twice the base', { ownBase: 16, ownFrom: 1 }],
];

/** Of each table its lines. */
export const SCENARIOS: Scenario[] = [
  { name: '4,000 people a day', table: 'peace' },
  { name: 'on the first day', table: 'peace', firstDay: true },
  { name: 'four addresses a carrier', table: 'peace', shop: { addressesPerCarrier: 4 }, days: 10 },
  { name: 'churn 0', table: 'peace', shop: { churn: 0 }, days: 10 },
  { name: 'churn 10 %', table: 'peace', shop: { churn: 0.1 }, days: 10 },
  { name: 'half come back', table: 'peace', shop: HALF },
  { name: 'nine of ten come back', table: 'peace', shop: MOST },
  { name: '20 people a day, budget 30', table: 'peace', shop: { peopleADay: 20, churn: 1, carriers: 0 }, budget: 30 },
  {
    name: '40,000 people a day, budget 100,000',
    table: 'peace',
    shop: { peopleADay: 40_000 },
    days: 6,
    budget: 100_000,
  },
  ...LETTERS.map((attacker): Scenario => ({ name: attacker, table: 'attacks', attacker })),
  { name: 'b, paced: one message in 4 hours a bot', table: 'attacks', attacker: 'b', attack: { paceMs: 4 * HOUR } },
  {
    name: 'b, after a week of confirming 200 numbers of its own',
    table: 'attacks',
    attacker: 'b',
    attack: { honestDays: 7, ownNumbers: OWN_NUMBERS },
  },
  { name: 'j, where only 1 a day earns own credit', table: 'attacks', attacker: 'j', rule: FROM_ONE_A_DAY },
  { name: 'c, starting slowly over the day', table: 'attacks', attacker: 'c', attack: { rampMs: 24 * HOUR } },
  { name: 'd, paced: one message in 4 hours a bot', table: 'attacks', attacker: 'd', attack: { paceMs: 4 * HOUR } },
  ...['a', 'b', 'c'].map(
    (attacker): Scenario => ({
      name: `${attacker}, on the first day`,
      table: 'attacks',
      attacker,
      days: 0,
    }),
  ),
  { name: 'd, half come back', table: 'back', attacker: 'd', shop: HALF },
  { name: 'd, nine of ten come back', table: 'back', attacker: 'd', shop: MOST },
  { name: 'f, half come back', table: 'back', attacker: 'f', shop: HALF },
  { name: 'f, nine of ten come back', table: 'back', attacker: 'f', shop: MOST },
  ...[HALF, MOST].flatMap((shop) =>
    ['d', 'f'].map((attacker): Scenario => {
      const name = `${attacker}, ${shop === HALF ? 'half' : 'nine of ten'} come back`;
      return { name, table: 'devices', attacker, shop, people: { devices: 1 }, attack: TOKENS };
    }),
  ),
  ...['c', 'j'].map((attacker): Scenario => ({ name: attacker, table: 'devices', attacker, attack: TOKENS })),
  ...[0.5, 0.7, 0.9, 0.995].map(
    (inbound): Scenario => ({ name: 'd', table: 'inbound', attacker: 'd', people: { inbound } }),
  ),
  ...[0.7, 0.995].map(
    (inbound): Scenario => ({
      name: 'd, no own credit',
      table: 'inbound',
      attacker: 'd',
      people: { inbound },
      rule: NO_OWN_CREDIT,
    }),
  ),
  { name: 'd, half come back', table: 'inbound', attacker: 'd', shop: HALF, people: { inbound: 0.7 } },
  { name: 'd, nine of ten come back', table: 'inbound', attacker: 'd', shop: MOST, people: { inbound: 0.7 } },
  {
    name: 'f, which confirms its own numbers so as well',
    table: 'inbound',
    attacker: 'f',
    people: { inbound: 0.7 },
    attack: { inbound: true },
  },
  { name: 'peace', table: 'today', today: true, days: 3 },
  ...['a', 'b', 'c'].map((attacker): Scenario => ({ name: attacker, table: 'today', attacker, today: true, days: 3 })),
  ...[{}, HALF, MOST].flatMap((shop) =>
    FRONTIER.map(([name, rule]): Scenario => ({ name, table: 'frontier', attacker: 'd', shop, rule })),
  ),
];

/**
 * Runs these for one seed, in an order of its own: those that share a past one after the other, so that one is held at a time, and what
 * is the same but for its name once. `people`: what people have where a scenario says nothing else.
 */
export function runScenarios(
  scenarios: readonly Scenario[],
  seed: number,
  done: (scenario: Scenario, figures: Figures) => void,
  people: People = {},
): void {
  const byPast = new Map<string, [Scenario, ...Scenario[]]>();
  for (const scenario of scenarios) {
    const { shop, today, days, budget } = scenario;
    const key = JSON.stringify([shop ?? {}, today, days, budget]);
    const alike = byPast.get(key);
    if (alike) alike.push(scenario);
    else byPast.set(key, [scenario]);
  }
  for (const alike of byPast.values()) {
    const [{ shop, days }] = alike;
    const past = history({ ...SHOP, ...shop }, policyOf(alike[0]), seed, days);
    const known = new Map<string, Figures>();
    for (const scenario of alike) {
      const { attacker, attack, firstDay, rule } = scenario;
      const all = { ...people, ...scenario.people };
      const key = JSON.stringify([attacker, attack ?? {}, firstDay, rule ?? {}, all]);
      const figures = known.get(key) ?? (firstDay ? past.firstDay : runOne(scenario, past, all, seed));
      known.set(key, figures);
      done(scenario, figures);
    }
  }
}

function runOne(scenario: Scenario, past: History, people: People, seed: number): Figures {
  const limiter = past.limiter.copy(policyOf(scenario, scenario.rule));
  return attackDay({ ...past, limiter }, scenario.attacker, seed, scenario.attack, people);
}

function policyOf({ today, budget = BUDGET }: Scenario, rule: Partial<AllowanceRule> = {}): Policy {
  return today ? { rule: 'today', budget } : { rule: { ...allowanceRule(budget, PER_CLIENT_HOUR), ...rule }, budget };
}
