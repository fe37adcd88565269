import { type Client, LimitRules, type LimitSettings } from '../../src/limits/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DEFAULTS: LimitSettings = {
  cooldownMs: MINUTE,
  perMobileHour: 5,
  perMobileDay: 10,
  perClientHour: 20,
  captchasPerClientMinute: 60,
  dailyBudget: 10_000,
  maxAttempts: 5,
  maxFailures: 20,
  conversion: 'watch',
};

const OFF: LimitSettings = {
  cooldownMs: 0,
  perMobileHour: 0,
  perMobileDay: 0,
  perClientHour: 0,
  captchasPerClientMinute: 0,
  dailyBudget: 0,
  maxAttempts: 0,
  maxFailures: 0,
  conversion: 'off',
};

const CODE_TTL_MS = 5 * MINUTE;
const C1: Client = { id: 'c1', network: 'n1' };
const C2: Client = { id: 'c2', network: 'n1' };

describe('the rules against abuse', () => {
  test('given the defaults, when a message is asked for, then it is counted for its mobile, its client and the budget', () => {
    expect(new LimitRules(DEFAULTS, CODE_TTL_MS).send('13800138000', C1)).toEqual([
      { rule: 'cooldown', key: '{sms:13800138000}:cooldown', cap: 1, lengthMs: MINUTE },
      { rule: 'mobile-hour', key: '{sms:13800138000}:hour', cap: 5, lengthMs: HOUR },
      { rule: 'mobile-day', key: '{sms:13800138000}:day', cap: 10, lengthMs: DAY },
      { rule: 'client-hour', key: '{client:c1}:sms', cap: 20, lengthMs: HOUR },
      { rule: 'budget', key: 'budget:day', cap: 10_000, lengthMs: DAY },
    ]);
  });

  test('given the defaults, when a captcha is asked for, then it is counted for its client', () => {
    expect(new LimitRules(DEFAULTS, CODE_TTL_MS).captcha(C1)).toEqual([
      { key: '{client:c1}:captchas', cap: 60, lengthMs: MINUTE },
    ]);
  });

  test('given two mobiles and two clients, when keys are made, then only the budget is shared', () => {
    const rules = new LimitRules(DEFAULTS, CODE_TTL_MS);
    const keys = [rules.send('13800138000', C1), rules.send('13900139000', C2)].map((windows) =>
      windows.map(({ key }) => key),
    );
    expect((keys[0] ?? []).filter((key) => keys[1]?.includes(key))).toEqual(['budget:day']);
    expect(rules.unsolved(C1).key).not.toBe(rules.unsolved(C2).key);
  });

  const switches: [keyof LimitSettings, string][] = [
    ['cooldownMs', 'cooldown'],
    ['perMobileHour', 'mobile-hour'],
    ['perMobileDay', 'mobile-day'],
    ['perClientHour', 'client-hour'],
    ['dailyBudget', 'budget'],
  ];
  test.each(switches)('given %s 0, when a message is asked for, then %s alone is not counted', (setting, rule) => {
    const names = (settings: LimitSettings) =>
      new LimitRules(settings, CODE_TTL_MS).send('13800138000', C1).map((w) => w.rule);
    expect(names({ ...DEFAULTS, [setting]: 0 })).toEqual(names(DEFAULTS).filter((name) => name !== rule));
  });

  test('given everything off, when something is asked for, then nothing refuses', () => {
    const rules = new LimitRules(OFF, CODE_TTL_MS);
    expect(rules.send('13800138000', C1)).toEqual([]);
    expect(rules.captcha(C1)).toEqual([]);
    expect(rules.guesses).toMatchObject({ maxAttempts: 0, maxFailures: 0 });
  });

  test('given two mobiles of one prefix, when their conversion is kept, then they share it, and a network its own', () => {
    const rules = new LimitRules({ ...DEFAULTS, conversion: 'enforce' }, CODE_TTL_MS);
    const { rule, keys } = rules.conversion('13800138000', C1);
    expect(rule).toEqual({ mode: 'enforce', floor: 30, percent: 35, lengthMs: HOUR, graceMs: CODE_TTL_MS });
    expect(keys).toEqual(['{prefix:1380013}:conversion', '{network:n1}:conversion']);
    expect(rules.conversion('13800139999', { id: 'c3', network: 'n2' }).keys).toEqual([
      keys[0],
      '{network:n2}:conversion',
    ]);
  });

  test('given a budget, when 80 % of it is used, then a warning is due, and without one never', () => {
    const warning = (dailyBudget: number) => new LimitRules({ ...DEFAULTS, dailyBudget }, CODE_TTL_MS).budgetWarning;
    expect([warning(10_000), warning(10), warning(3), warning(1), warning(0)]).toEqual([8_000, 8, 3, 1, undefined]);
  });

  test('given the failures of a mobile, when they reach their limit, then it waits an hour; a row is forgotten after a day', () => {
    expect(new LimitRules(DEFAULTS, CODE_TTL_MS).guesses).toEqual({
      maxAttempts: 5,
      maxFailures: 20,
      lockMs: HOUR,
      rowMs: DAY,
    });
  });
});
