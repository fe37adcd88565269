import { allowanceRule } from '../../src/limits/allowances';
import { budgetWarning, type Client, countryLimits, LimitRules, type LimitSettings } from '../../src/limits/rules';
import { StoreKeys } from '../../src/store/keys';
import { DEFAULT_LIMITS } from './default-limits';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DEFAULTS: LimitSettings = { ...DEFAULT_LIMITS, abusePolicy: 'report' };

const OFF = {
  ...Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, 0])),
  abusePolicy: 'off',
} as unknown as LimitSettings;

const CAPTCHA_TTL_MS = 5 * MINUTE;
const C1: Client = { id: 'c1', network: 'n1', parent: 'p1' };
const C2: Client = { id: 'c2', network: 'n2', parent: 'p2' };
const rulesOf = (settings: LimitSettings = DEFAULTS) => new LimitRules(settings, CAPTCHA_TTL_MS);

describe('the rules against abuse', () => {
  test('given the defaults, when a message is asked for, then it is counted for its mobile, its client, its network and the budget', () => {
    const mobile = { kind: 'mobile', id: '13800138000' };
    expect(rulesOf().send('13800138000', C1)).toEqual([
      { rule: 'cooldown', subject: mobile, cap: 1, lengthMs: MINUTE },
      { rule: 'mobile-hour', subject: mobile, cap: 5, lengthMs: HOUR },
      { rule: 'mobile-day', subject: mobile, cap: 10, lengthMs: DAY },
      { rule: 'client-hour', subject: { kind: 'client', id: 'c1' }, cap: 20, lengthMs: HOUR },
      { rule: 'network-hour', subject: { kind: 'network', id: 'n1' }, cap: 1_000, lengthMs: HOUR },
      { rule: 'budget', subject: { kind: 'everyone' }, cap: 10_000, lengthMs: DAY },
    ]);
  });

  test('given the defaults, when a captcha is asked for, then it is counted for its client, its network, its parent and in all; unsolved ones by the hour', () => {
    const rules = rulesOf();
    expect(rules.captcha(C1).map(({ rule, subject, lengthMs }) => [rule, subject, lengthMs])).toEqual([
      ['captcha-minute', { kind: 'client', id: 'c1' }, MINUTE],
      ['captcha-network-minute', { kind: 'network', id: 'n1' }, MINUTE],
      ['captchas-live', { kind: 'everyone' }, CAPTCHA_TTL_MS],
      ['captcha-parent-live', { kind: 'parent', id: 'p1' }, CAPTCHA_TTL_MS],
      ['captcha-unsolved', { kind: 'client', id: 'c1' }, HOUR],
      ['captcha-network-unsolved', { kind: 'network', id: 'n1' }, HOUR],
    ]);
    expect(rules.captcha(C1).filter(({ rule }) => rule.includes('unsolved'))).toEqual(rules.unsolved(C1));
  });

  test('given a trusted device, when a captcha is asked for, then it is counted for that device alone, and nothing of it is owed', () => {
    const rules = rulesOf();
    const device = { kind: 'device', id: 'd1' };
    expect(rules.captcha(C1, 'd1')).toEqual([
      { rule: 'captcha-device-minute', subject: device, cap: 10, lengthMs: MINUTE },
    ]);
    expect(rules.unsolved(C1, 'd1')).toEqual([]);
    expect(rulesOf(OFF).captcha(C1, 'd1')).toEqual([]);
  });

  test('given two mobiles and two clients, when keys are made, then only the budget is shared', () => {
    const keys = new StoreKeys();
    const [first = [], second = []] = [rulesOf().send('13800138000', C1), rulesOf().send('13900139000', C2)].map(
      (limits) => limits.map((limit) => keys.limit(limit)),
    );
    expect(first.filter((key) => second.includes(key))).toEqual(['budget:day']);
  });

  const switches: [keyof LimitSettings, string][] = [
    ['cooldownMs', 'cooldown'],
    ['perMobileHour', 'mobile-hour'],
    ['perMobileDay', 'mobile-day'],
    ['perClientHour', 'client-hour'],
    ['perNetworkHour', 'network-hour'],
    ['dailyBudget', 'budget'],
  ];
  test.each(switches)('given %s 0, when a message is asked for, then %s alone is not counted', (setting, rule) => {
    const names = (settings: LimitSettings) =>
      rulesOf(settings)
        .send('13800138000', C1)
        .map((limit) => limit.rule);
    expect(names({ ...DEFAULTS, [setting]: 0 })).toEqual(names(DEFAULTS).filter((name) => name !== rule));
  });

  test('given everything off, when something is asked for, then nothing refuses but the memory that captchas may take', () => {
    const rules = rulesOf(OFF);
    expect(rules.send('13800138000', C1)).toEqual([]);
    expect(rules.captcha(C1).map(({ rule }) => rule)).toEqual(['captchas-live']);
    expect(rules.verify(C1)).toEqual({});
    expect(rules.lockout).toMatchObject({ maxAttempts: 0, maxFailures: 0 });
  });

  test('given a code that is checked, when it is counted, then guesses without a request have a limit of their own', () => {
    const { verifications, guesses } = rulesOf().verify(C1);
    expect([verifications?.rule, guesses?.rule]).toEqual(['verify-hour', 'guess-hour']);
    for (const limit of [verifications, guesses])
      expect(limit).toMatchObject({ subject: { kind: 'client', id: 'c1' }, cap: 120, lengthMs: HOUR });
  });

  test('given a budget, when 80 % of it is used, then a warning is due', () => {
    expect([10_000, 10, 3, 1].map(budgetWarning)).toEqual([8_000, 8, 3, 1]);
  });

  test('given the failures of a mobile, when they reach their limit, then it is locked for an hour; they are forgotten after a day', () => {
    expect(rulesOf().lockout).toEqual({ maxAttempts: 5, maxFailures: 100, lockoutMs: HOUR, failureWindowMs: DAY });
  });

  describe('allowances', () => {
    const of = (abusePolicy: LimitSettings['abusePolicy']) => rulesOf({ ...DEFAULTS, abusePolicy });

    test('given the policy, when a message is asked for, then its client, networks and person owe it, as the policy says', () => {
      for (const mode of ['enforce', 'report'] as const)
        expect(of(mode).allowance(C1, 'person')).toEqual({
          ...{ rule: allowanceRule(DEFAULTS.dailyBudget, DEFAULTS.perClientHour), mode },
          ...{ client: 'c1', network: 'n1', parent: 'p1', person: 'person' },
        });
      expect(of('enforce').allowance(C1, 'person', 'd1')?.device).toStrictEqual({
        ...{ rule: 'device-day', subject: { kind: 'device', id: 'd1' }, cap: 2, lengthMs: DAY },
      });
      expect(of('off').allowance(C1, 'person')).toBeUndefined();
    });

    test('given the policy, then messages are owed; without it none', () => {
      const keeps = (['enforce', 'report', 'off'] as const).map((policy) => of(policy).keepsAllowances);
      expect(keeps).toEqual([true, true, false]);
    });

    test("given the policy enforced, when a message is asked for, then the client's hour counts unconfirmed ones alone", () => {
      const counted = (['enforce', 'report', 'off'] as const).map((policy) =>
        of(policy)
          .send('13800138000', C1)
          .some(({ rule }) => rule === 'client-hour'),
      );
      expect(counted).toEqual([false, true, true]);
    });
  });

  describe('countries', () => {
    const FOUR = ['CN', 'HK', 'SG', 'US'];
    const send = (countries: string[], country?: string) =>
      new LimitRules(DEFAULTS, CAPTCHA_TTL_MS, countryLimits(countries, { HK: 500 }))
        .send('+85251234567', C1, country)
        .filter(({ rule }) => rule.includes('countr'));

    test('given a budget for a country, when a message goes there, then it comes out of that one too, and another does not', () => {
      const budget = { rule: 'country-budget', subject: { kind: 'country', id: 'HK' }, cap: 500, lengthMs: DAY };
      expect(send(['CN', 'HK'], 'HK')).toStrictEqual([budget]);
      expect(send(['CN', 'HK'], 'CN')).toEqual([]);
      expect(new LimitRules(DEFAULTS, CAPTCHA_TTL_MS, countryLimits(['CN', 'HK'], { HK: 500 })).budgets('HK')).toEqual([
        { rule: 'budget', subject: { kind: 'everyone' }, cap: 10_000, lengthMs: DAY },
        budget,
      ]);
    });

    test('given more than three countries, when a message is asked for, then its country is one of three that its client may have in a day', () => {
      expect(send(FOUR.slice(0, 3), 'SG')).toEqual([]);
      const client = { kind: 'client', id: 'c1' };
      expect(send(FOUR, 'SG')).toStrictEqual([
        { rule: 'client-countries', subject: client, cap: 3, lengthMs: DAY, value: 18 * 26 + 6 + 1 },
      ]);
    });

    test('given two countries, then their numbers differ, from 1 to 676; without a word it is the mainland', () => {
      const numberOf = (country?: string) => send(FOUR, country).at(-1)?.value;
      expect(['AA', 'AB', 'BA', 'ZZ'].map(numberOf)).toEqual([1, 2, 27, 676]);
      expect(numberOf()).toBe(numberOf('CN'));
    });
  });

  test('given no count of captchas, then unsolved ones are not counted either, for the client or the network', () => {
    const unsolved = (settings: Partial<LimitSettings>) =>
      rulesOf({ ...DEFAULTS, ...settings })
        .unsolved(C1)
        .map(({ rule, subject, cap }) => [rule, subject, cap]);
    const ofClient = ['captcha-unsolved', { kind: 'client', id: 'c1' }, 1000];
    const ofNetwork = ['captcha-network-unsolved', { kind: 'network', id: 'n1' }, 2000];
    expect(unsolved({})).toEqual([ofClient, ofNetwork]);
    expect(unsolved({ captchasPerClientMinute: 0 })).toEqual([ofNetwork]);
    expect(unsolved({ captchasPerNetworkMinute: 0 })).toEqual([ofClient]);
  });

  test('given no count of captchas by network, then those of its parent are not counted either', () => {
    const rules = (settings: Partial<LimitSettings>) =>
      rulesOf({ ...DEFAULTS, ...settings })
        .captcha(C1)
        .map(({ rule }) => rule);
    expect(rules({ captchasPerClientMinute: 0 })).toContain('captcha-parent-live');
    expect(rules({ captchasPerNetworkMinute: 0 })).not.toContain('captcha-parent-live');
  });

  test('tells the cooldown', () => {
    expect(rulesOf().cooldownMs).toBe(MINUTE);
  });
});
