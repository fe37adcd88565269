import { pino } from 'pino';
import { LimitRules, type LimitSettings } from '../../src/limits/rules';
import type { SmsMessage, SmsOutcome } from '../../src/sms/sender';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { type CodeCheck, type SendRefund, type SendReservation, StoreUnavailableError } from '../../src/store/store';
import type { DomainEvent } from '../../src/verification/events';
import { SmsCodeService, type SmsCodeServiceDependencies } from '../../src/verification/sms-code-service';
import { StoreFailures } from '../../src/verification/store-failures';
import type { LogLine } from '../harness/server-process';
import { DEFAULT_LIMITS } from '../limits/default-limits';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOBILE = '13800138000';
const CODE = '012345';
const WRONG = '999999';
const CALLER = { client: { id: 'c', network: 'n', parent: 'p' }, language: 'zh' } as const;

/** A store that fails where it is told to, with what it is told to, and remembers what it was asked. */
class WatchedStore extends MemoryStore {
  fails: Partial<Record<'reserveSend' | 'refundSend' | 'checkCode', Error>> = {};
  readonly reservations: SendReservation[] = [];
  readonly refunds: SendRefund[] = [];
  readonly checks: CodeCheck[] = [];

  override async reserveSend(reservation: SendReservation) {
    this.reservations.push(reservation);
    if (this.fails.reserveSend) throw this.fails.reserveSend;
    return super.reserveSend(reservation);
  }

  override async refundSend(refund: SendRefund) {
    this.refunds.push(refund);
    if (this.fails.refundSend) throw this.fails.refundSend;
    return super.refundSend(refund);
  }

  override async checkCode(check: CodeCheck) {
    this.checks.push(check);
    if (this.fails.checkCode) throw this.fails.checkCode;
    return super.checkCode(check);
  }
}

interface Options {
  limits?: Partial<LimitSettings>;
  codeTtlMs?: number;
  outcome?: SmsOutcome['class'];
  tickets?: SmsCodeServiceDependencies['tickets'];
  /** Another server's. */
  sharedStore?: WatchedStore;
}

/** The service over a store in this process, and all that it tells. */
function open({ limits = {}, codeTtlMs = 5 * MINUTE, outcome = 'accepted', tickets, sharedStore }: Options = {}) {
  const world = {
    now: Date.UTC(2026, 0, 1),
    outcome,
    passed: 0,
    handOver: (): void => undefined,
    stored: Promise.resolve(),
  };
  const clock = () => world.now;
  const store = sharedStore ?? new WatchedStore(clock);
  const rules = new LimitRules({ ...DEFAULT_LIMITS, ...limits }, 5 * MINUTE);
  const events: DomainEvent[] = [];
  const logs: LogLine[] = [];
  const log = pino({ base: undefined }, { write: (line) => void logs.push(JSON.parse(line)) });
  const messages: SmsMessage[] = [];
  /** What receipts are compared with later. */
  const outcomes: [smsId: string, outcome: SmsOutcome['class']][] = [];
  const service = new SmsCodeService(
    { codeTtlMs, foreignCodes: false },
    {
      ...{ store, rules, tickets },
      stopwatch: () => world.passed,
      observe: (event) => void events.push(event),
      log,
      storeFailures: new StoreFailures(log, () => world.passed),
      codeFor: () => CODE,
      newSmsId: () => (messages.length + 1).toString(16).padStart(32, '0'),
      receipts: {
        sent({ id }, outcome) {
          outcomes.push([id, outcome.class]);
          return world.stored;
        },
      },
      personOf: (mobile) => `person of ${mobile}`,
      sender: {
        name: 'double',
        async send(message) {
          messages.push(message);
          world.handOver();
          return { class: world.outcome, provider: 'double', providerCode: '0' };
        },
      },
    },
  );
  let captchas = 0;
  const send = async (mobile = MOBILE, uuid = `uuid-${captchas++}`, imageCode = 'happy') => {
    await store.issueCaptcha({ uuid, text: 'HAPPY', ttlMs: HOUR, limits: [] });
    return { uuid, ...(await service.send({ mobile, imageCode, uuid, purpose: 'REGISTER' }, CALLER)) };
  };
  const verify = (uuid: string | undefined, smsCode = CODE, mobile = MOBILE) =>
    service.verify({ mobile, smsCode, uuid, purpose: 'REGISTER' }, CALLER);
  const told = (type: DomainEvent['type']) => events.filter((event) => event.type === type);
  return { ...{ world, store, rules, events, logs, messages, outcomes, service, send, verify, told } };
}

const identity = (uuid: string, mobile = MOBILE) => ({ mobile, purpose: 'REGISTER', uuid });

describe('A message', () => {
  test('carries the code, its lifetime, its purpose and an id that is told to whoever asked', async () => {
    const { send, messages, outcomes, told } = open();
    const { smsId, uuid, ...answer } = await send();
    expect(answer).toEqual({ reason: 'OK', retryAfter: 60, expiresIn: 300 });
    expect(smsId).toMatch(/^[0-9a-f]{32}$/);
    expect(messages).toEqual([
      { id: smsId, mobile: MOBILE, code: CODE, minutes: 5, purpose: 'REGISTER', language: 'zh' },
    ]);
    expect(outcomes).toEqual([[smsId, 'accepted']]);
    expect(told('captcha-answered')).toEqual([{ type: 'captcha-answered', reason: 'OK', request: identity(uuid) }]);
    expect(told('message-sent')).toEqual([
      {
        type: 'message-sent',
        country: 'CN',
        request: { ...identity(uuid), smsId },
        outcome: { class: 'accepted', provider: 'double', providerCode: '0' },
      },
    ]);
    expect((await send('13900139000')).smsId).not.toBe(smsId);
  });

  test.each([
    [1_000, 1],
    [59_000, 1],
    [MINUTE, 1],
    [90_000, 1],
    [2 * MINUTE, 2],
    [299_000, 4],
    [10 * MINUTE, 10],
  ])('with a code that is good for %d ms tells no minute more than that, and at least one: %d', async (ms, minutes) => {
    const { send, messages } = open({ codeTtlMs: ms });
    expect(await send()).toMatchObject({ expiresIn: ms / 1000 });
    expect(messages[0]?.minutes).toBe(minutes);
  });

  test.each([
    [0, 60],
    [1, 60],
    [999, 60],
    [1_000, 59],
    [59_000, 1],
    [59_999, 1],
    [60_000, undefined],
    [70_000, undefined],
  ])('that took its provider %d ms leaves a cooldown of %p s', async (ms, retryAfter) => {
    const { send, world } = open();
    world.handOver = () => {
      world.passed += ms;
    };
    expect((await send()).retryAfter).toBe(retryAfter);
  });

  test.each([
    ['accepted', 0, 300],
    ['accepted', 999, 300],
    ['unknown', 5_000, 295],
    ['accepted', 15_400, 285],
    ['unknown', 300_000, 0],
    ['accepted', 301_000, 0],
  ] as const)('that is %s after %d ms has a code that is good for %d s more', async (outcome, ms, expiresIn) => {
    const { send, world } = open({ outcome });
    world.handOver = () => {
      world.passed += ms;
    };
    expect((await send()).expiresIn).toBe(expiresIn);
  });

  test('without a cooldown tells nobody to wait', async () => {
    const { send } = open({ limits: { cooldownMs: 0 } });
    expect((await send()).retryAfter).toBeUndefined();
  });

  test('whose answer never came: SMS_UNCONFIRMED, its code is good, and it stays counted', async () => {
    const { send, verify, store } = open({ outcome: 'unknown' });
    const { uuid, smsId, ...answer } = await send();
    expect(answer).toEqual({ reason: 'SMS_UNCONFIRMED', retryAfter: 60, expiresIn: 300 });
    expect(smsId).toBeDefined();
    expect(store.refunds).toEqual([]);
    expect((await send()).reason).toBe('TOO_FREQUENT');
    expect(await verify(uuid)).toEqual({ reason: 'OK', ticket: undefined });
  });

  test.each(['refused', 'misconfigured', 'throttled'] as const)(
    'that is %s costs nobody anything: no limit, no allowance, and its code is gone',
    async (outcome) => {
      const { send, verify, world, store, rules } = open({ outcome });
      const { uuid, smsId, reason, expiresIn } = await send();
      expect({ reason, expiresIn }).toEqual({ reason: 'SMS_REJECTED', expiresIn: undefined });
      expect(smsId).toMatch(/^[0-9a-f]{32}$/);
      expect(store.refunds).toEqual([
        expect.objectContaining({
          ...{ mobile: MOBILE, uuid, code: CODE, limits: rules.send(MOBILE, CALLER.client) },
          allowance: expect.objectContaining({
            client: 'c',
            network: 'n',
            parent: 'p',
            charge: 'unknown',
            sentAt: world.now,
          }),
        }),
      ]);
      expect((await verify(uuid)).reason).toBe('SMS_CODE_EXPIRED');
      world.outcome = 'accepted';
      for (let i = 0; i < 5; i++) {
        expect((await send()).reason).toBe('OK');
        world.now += MINUTE;
      }
    },
  );

  test.each([
    [0, 60],
    [30_000, 60],
    [MINUTE, 60],
    [90_000, 90],
    [90_500, 91],
  ])(
    'that its provider throttles, with a cooldown of %d ms, may be asked for after %d s',
    async (cooldownMs, seconds) => {
      const { send } = open({ limits: { cooldownMs }, outcome: 'throttled' });
      expect((await send()).retryAfter).toBe(seconds);
    },
  );

  test.each(['accepted', 'unknown'] as const)(
    'that is %s is answered for before it is stored what became of it',
    async (outcome) => {
      const { send, world, outcomes } = open({ outcome });
      world.stored = new Promise(() => undefined);
      const { smsId } = await send();
      expect(outcomes).toEqual([[smsId, outcome]]);
    },
  );

  test('that is refused by its provider tells nobody to wait', async () => {
    const { send } = open({ outcome: 'refused' });
    expect((await send()).retryAfter).toBeUndefined();
  });

  test('whose sender throws may have gone out: it is not refunded, and the fault is logged', async () => {
    const { send, store, logs, service, told } = open();
    const { dependencies } = service as unknown as { dependencies: SmsCodeServiceDependencies };
    dependencies.sender = {
      name: 'broken',
      send: async () => {
        throw new TypeError('oops');
      },
    };
    const { reason, smsId } = await send();
    expect(reason).toBe('SMS_UNCONFIRMED');
    expect(store.refunds).toEqual([]);
    expect(logs).toMatchObject([
      {
        level: 50,
        smsId,
        stack: expect.stringMatching(/^TypeError: oops/),
        msg: expect.stringMatching(/sender threw/),
      },
    ]);
    expect(told('message-sent')).toMatchObject([
      { outcome: { class: 'unknown', provider: 'broken', providerCode: 'exception' } },
    ]);
  });

  test('that was refused and cannot be refunded: still SMS_REJECTED, and the log masks its mobile', async () => {
    const { send, store, logs } = open({ outcome: 'refused' });
    store.fails.refundSend = new StoreUnavailableError('gone');
    expect((await send()).reason).toBe('SMS_REJECTED');
    const msg = 'A refused message may stay counted: the store failed at its refund';
    expect(logs).toMatchObject([{ level: 40, mobile: '138****8000', error: 'gone', msg }]);
    expect(JSON.stringify(logs)).not.toContain(MOBILE);
    store.fails.refundSend = new TypeError('a fault of ours');
    await expect(send('13900139000')).rejects.toThrow('a fault of ours');
  });
});

describe('A send that is refused', () => {
  test('for its captcha tells that alone', async () => {
    const { send, service, messages, events } = open();
    const asked = { mobile: MOBILE, imageCode: 'happy', uuid: 'none', purpose: 'REGISTER' } as const;
    expect(await service.send(asked, CALLER)).toEqual({ reason: 'CAPTCHA_EXPIRED' });
    expect(await send(MOBILE, 'mine', 'sad')).toEqual({ uuid: 'mine', reason: 'CAPTCHA_MISMATCH' });
    expect(messages).toEqual([]);
    expect(events).toEqual([
      { type: 'captcha-answered', reason: 'CAPTCHA_EXPIRED', request: identity('none') },
      { type: 'captcha-answered', reason: 'CAPTCHA_MISMATCH', request: identity('mine') },
    ]);
  });

  test.each([
    ['cooldown', { cooldownMs: MINUTE }, 'TOO_FREQUENT', 60],
    ['mobile-hour', { cooldownMs: 0, perMobileHour: 1 }, 'QUOTA_EXCEEDED', 3_600],
    ['mobile-day', { cooldownMs: 0, perMobileDay: 1 }, 'QUOTA_EXCEEDED', 86_400],
    ['client-hour', { cooldownMs: 0, perClientHour: 1 }, 'QUOTA_EXCEEDED', 3_600],
    ['network-hour', { cooldownMs: 0, perNetworkHour: 1 }, 'QUOTA_EXCEEDED', 3_600],
    ['budget', { cooldownMs: 0, dailyBudget: 1, abusePolicy: 'off' }, 'QUOTA_EXCEEDED', 86_400],
  ] as [string, Partial<LimitSettings>, string, number][])(
    'by %s tells its rule, its reason, how long to wait, and that the captcha was right',
    async (rule, limits, reason, retryAfter) => {
      const { send, world, told, messages } = open({ limits });
      await send();
      world.now += 500;
      expect(await send(MOBILE, 'second')).toEqual({ uuid: 'second', reason, retryAfter });
      expect(told('limit-hit')).toEqual([{ type: 'limit-hit', rule, retryAfter, request: identity('second') }]);
      expect(told('captcha-answered').at(-1)).toEqual({
        type: 'captcha-answered',
        reason: 'OK',
        request: identity('second'),
      });
      expect(messages).toHaveLength(1);
    },
  );

  test('for want of an allowance: QUOTA_EXCEEDED by the rule of its pool', async () => {
    const { send, told } = open({ limits: { cooldownMs: 0, perClientHour: 0 } });
    for (let n = 0; n < 40; n++) await send(String(13_800_000_000 + n));
    const [first] = told('limit-hit');
    expect(first).toMatchObject({ rule: 'allowance-pool', request: { purpose: 'REGISTER' } });
    expect(await send('13900139000')).toMatchObject({ reason: 'QUOTA_EXCEEDED', retryAfter: 86_400 });
  });

  test('to a mobile that strangers asked for: by the rule of the mobile', async () => {
    const { send, verify, world, told, service, store } = open({ limits: { cooldownMs: 0, perMobileHour: 0 } });
    // A shop past its first days.
    for (let day = 0; day < 5; day++) {
      const { uuid } = await send('13900139000');
      await verify(uuid, CODE, '13900139000');
      world.now += DAY;
    }
    const results = [];
    for (let n = 0; n < 6; n++) {
      const uuid = `strange-${n}`;
      await store.issueCaptcha({ uuid, text: 'HAPPY', ttlMs: HOUR, limits: [] });
      const asked = { mobile: MOBILE, imageCode: 'happy', uuid, purpose: 'REGISTER' } as const;
      const client = { id: `c${n}`, network: `n${n}`, parent: `p${n}` };
      results.push((await service.send(asked, { client, language: 'zh' })).reason);
    }
    expect(results).toEqual(['OK', 'OK', 'OK', 'OK', 'OK', 'QUOTA_EXCEEDED']);
    expect(told('limit-hit')).toMatchObject([{ rule: 'allowance-mobile' }]);
  });

  test.each([
    [30 * DAY, 86_400],
    [HOUR, 3_600],
  ])(
    'to a mobile that an operator blocked for %d ms: as by the cap of a day, to wait for %d s',
    async (ms, retryAfter) => {
      const { send, store, told, messages } = open();
      await store.operator.list(MOBILE, 'blocked', 'asked us to stop', ms);
      expect(await send()).toMatchObject({ reason: 'QUOTA_EXCEEDED', retryAfter });
      expect(told('limit-hit')).toMatchObject([{ rule: 'blocked', retryAfter }]);
      expect(messages).toEqual([]);
    },
  );

  test('for a locked mobile: SMS_CODE_LOCKED with the time that is left, and no message', async () => {
    const { send, verify, world, told, messages } = open({ limits: { maxFailures: 1, cooldownMs: 0 } });
    const { uuid } = await send();
    await verify(uuid, WRONG);
    world.now += 500;
    expect(await send(MOBILE, 'second')).toEqual({ uuid: 'second', reason: 'SMS_CODE_LOCKED', retryAfter: 3_600 });
    expect(told('limit-hit')).toEqual([
      { type: 'limit-hit', rule: 'failures', retryAfter: 3_600, request: identity('second') },
    ]);
    expect(messages).toHaveLength(1);
  });

  test('while the store is gone: SERVICE_UNAVAILABLE, logged, told, and no message', async () => {
    const { send, store, messages, logs, events } = open();
    store.fails.reserveSend = new StoreUnavailableError('gone');
    expect(await send(MOBILE, 'mine')).toEqual({ uuid: 'mine', reason: 'SERVICE_UNAVAILABLE' });
    expect(messages).toEqual([]);
    expect(logs).toMatchObject([{ level: 50, error: 'gone', msg: 'No code could be sent: the store failed' }]);
    expect(events).toEqual([{ type: 'store-failed', operation: 'sendSmsCode', request: identity('mine') }]);
    store.fails.reserveSend = new TypeError('a fault of ours');
    await expect(send()).rejects.toThrow('a fault of ours');
  });
});

describe('The name of a request', () => {
  test('may have 128 characters, as other services make them; a longer one is not even looked up', async () => {
    const { send, verify, service, store } = open();
    const longest = 'x'.repeat(128);
    expect((await send(MOBILE, longest)).reason).toBe('OK');
    expect((await verify(longest)).reason).toBe('OK');
    expect(store.reservations).toHaveLength(1);

    const asked = { mobile: MOBILE, imageCode: 'happy', uuid: `${longest}x`, purpose: 'REGISTER' } as const;
    expect(await service.send(asked, CALLER)).toEqual({ reason: 'CAPTCHA_EXPIRED' });
    expect(store.reservations).toHaveLength(1);
    expect((await verify('y'.repeat(5_000))).reason).toBe('SMS_CODE_EXPIRED');
    expect(store.checks.at(-1)?.uuid).toBe('y'.repeat(129));
  });
});

describe('What a message is counted in', () => {
  test('is told: what pays for it, and what of the budget is used', async () => {
    const { send, told } = open();
    await send();
    await send('13900139000');
    expect(told('allowance-charged')).toEqual(Array(2).fill({ type: 'allowance-charged', charge: 'unknown' }));
    expect(told('budget-used')).toEqual([
      { type: 'budget-used', used: 1 },
      { type: 'budget-used', used: 2 },
    ]);
    expect(told('allowance-reported')).toEqual([]);
  });

  test('is warned of once, when 80 % of the budget are used', async () => {
    const { send, logs } = open({ limits: { dailyBudget: 5, abusePolicy: 'off' } });
    for (let n = 0; n < 5; n++) await send(String(13_800_000_000 + n));
    expect(logs).toMatchObject([{ level: 40, used: 4, budget: 5, msg: 'SMS budget: 80 % used' }]);
  });

  test('is warned of once an hour at most, while the provider refuses message after message at 80 %', async () => {
    const { send, logs, world } = open({ limits: { dailyBudget: 5, abusePolicy: 'off' } });
    const warnings = () => logs.filter(({ msg }) => msg === 'SMS budget: 80 % used');
    for (let n = 0; n < 3; n++) await send(String(13_800_000_000 + n));
    world.outcome = 'refused';
    for (let n = 0; n < 12; n++) await send(String(13_900_000_000 + n));
    expect(warnings()).toHaveLength(1);
    world.passed += HOUR - 1;
    await send('13700137000');
    expect(warnings()).toHaveLength(1);
    world.passed += 1;
    world.outcome = 'accepted';
    await send('13700137000');
    expect(warnings()).toHaveLength(2);
  });

  test('without a budget is neither told nor warned of', async () => {
    const { send, logs, told } = open({ limits: { dailyBudget: 0 } });
    await send();
    expect(told('budget-used')).toEqual([]);
    expect(logs).toEqual([]);
  });

  test('with a policy that only reports, nobody is refused, and who would be is told', async () => {
    const { send, told, messages } = open({
      limits: { cooldownMs: 0, abusePolicy: 'report', perClientHour: 0, perMobileHour: 0 },
    });
    for (let n = 0; n < 40; n++) await send(String(13_800_000_000 + n), `uuid-${n}`);
    expect(messages).toHaveLength(40);
    expect(told('allowance-reported').length).toBeGreaterThan(10);
    expect(told('allowance-reported').at(-1)).toEqual({
      type: 'allowance-reported',
      request: identity('uuid-39', '13800000039'),
    });
    expect(told('allowance-charged')).toHaveLength(40);
  });

  test('without a policy nobody owes anything', async () => {
    const { send, verify, told, store } = open({ limits: { abusePolicy: 'off' } });
    const { uuid } = await send();
    await verify(uuid);
    expect(store.reservations[0]?.allowance).toBeUndefined();
    expect(told('allowance-charged')).toEqual([]);
  });

  test('where one server has a policy and another has none, a code that is right at either pays what it cost', async () => {
    const { send, store } = open();
    const { verify } = open({ limits: { abusePolicy: 'off' }, sharedStore: store });
    for (let n = 0; n < 40; n++) {
      const mobile = String(13_800_000_000 + n);
      const { uuid, reason } = await send(mobile);
      expect([n, reason]).toEqual([n, 'OK']);
      expect((await verify(uuid, CODE, mobile)).reason).toBe('OK');
    }
  });

  test('without a policy, nobody is refunded what nobody owed', async () => {
    const { send, store } = open({ limits: { abusePolicy: 'off' }, outcome: 'refused' });
    await send();
    expect(store.refunds).toHaveLength(1);
    expect(store.refunds[0]?.allowance).toBeUndefined();
  });
});

describe('A code that is checked', () => {
  test('and right confirms its person, and is told with its message', async () => {
    const { send, verify, told, store, logs } = open();
    const { uuid, smsId } = await send();
    expect(await verify(uuid, ` ${CODE}\n`)).toEqual({ reason: 'OK', ticket: undefined });
    expect(logs).toEqual([]);
    expect(store.checks[0]).toMatchObject({ person: `person of ${MOBILE}`, code: CODE, foreignCodes: false });
    expect(store.reservations[0]?.allowance).toMatchObject({ person: `person of ${MOBILE}` });
    expect(told('code-verified')).toEqual([
      {
        type: 'code-verified',
        country: 'CN',
        reason: 'OK',
        retryAfter: undefined,
        request: { ...identity(uuid), smsId },
      },
    ]);
    // Its network has credit of its own from now on.
    await send('13900139000');
    expect(told('allowance-charged').at(-1)).toEqual({ type: 'allowance-charged', charge: 'own' });
  });

  test.each(['12345', '1234567', '１２３４５６', 'abcdef', ''])('and %j is a guess like any other', async (guess) => {
    const { send, verify, store } = open();
    const { uuid } = await send();
    expect(await verify(uuid, guess)).toEqual({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    expect(store.checks[0]?.code).toBe('');
  });

  test('and wrong tells what is left, then that it is void', async () => {
    const { send, verify, told } = open({ limits: { maxAttempts: 2 } });
    const { uuid, smsId } = await send();
    expect(await verify(uuid, WRONG)).toEqual({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 1 });
    expect(await verify(uuid, WRONG)).toEqual({ reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: undefined });
    expect(told('code-verified')).toEqual([
      { type: 'code-verified', country: 'CN', reason: 'SMS_CODE_MISMATCH', request: { ...identity(uuid), smsId } },
      { type: 'code-verified', country: 'CN', reason: 'SMS_CODE_LOCKED', request: { ...identity(uuid), smsId } },
    ]);
  });

  test('and locks the mobile tells for how long', async () => {
    const { send, verify, world } = open({ limits: { maxFailures: 1 } });
    const { uuid } = await send();
    expect(await verify(uuid, WRONG)).toEqual({ reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: 3_600 });
    world.now += 500;
    expect((await verify(uuid)).retryAfter).toBe(3_600);
    world.now += 500;
    expect((await verify(uuid)).retryAfter).toBe(3_599);
  });

  test('and is of no request tells nothing of any message', async () => {
    const { send, verify, told } = open();
    await send();
    expect(await verify('none')).toEqual({ reason: 'SMS_CODE_EXPIRED' });
    expect(told('code-verified')).toEqual([
      {
        type: 'code-verified',
        country: 'CN',
        reason: 'SMS_CODE_EXPIRED',
        request: { ...identity('none'), smsId: undefined },
      },
    ]);
  });

  test('and names no request is none of ours', async () => {
    const { send, verify, store } = open();
    await send();
    expect(await verify(undefined)).toEqual({ reason: 'SMS_CODE_EXPIRED' });
    expect(store.checks[0]?.uuid).toBeUndefined();
  });

  test('by a client that checked too many is refused, and told as a limit', async () => {
    const { send, verify, world, told } = open({ limits: { verificationsPerClientHour: 1 } });
    const { uuid } = await send();
    await verify(uuid, WRONG);
    world.now += 500;
    expect(await verify(uuid)).toEqual({ reason: 'QUOTA_EXCEEDED', retryAfter: 3_600 });
    expect(told('limit-hit')).toEqual([
      {
        ...{ type: 'limit-hit', rule: 'verify-hour', retryAfter: 3_600 },
        request: { ...identity(uuid), smsId: undefined },
      },
    ]);
    expect(told('code-verified').at(-1)).toMatchObject({ reason: 'QUOTA_EXCEEDED' });
  });

  test('while the store is gone: SERVICE_UNAVAILABLE, logged and told', async () => {
    const { send, verify, store, logs, told } = open();
    const { uuid } = await send();
    store.fails.checkCode = new StoreUnavailableError('gone');
    expect(await verify(uuid)).toEqual({ reason: 'SERVICE_UNAVAILABLE' });
    expect(logs).toMatchObject([{ level: 50, error: 'gone', msg: 'No code could be checked: the store failed' }]);
    expect(told('store-failed')).toEqual([
      { type: 'store-failed', operation: 'verifySmsCode', request: identity(uuid) },
    ]);
    expect(told('code-verified')).toEqual([]);
    store.fails.checkCode = new TypeError('a fault of ours');
    await expect(verify(uuid)).rejects.toThrow('a fault of ours');
  });

  test('and right earns a ticket for its mobile and purpose; a wrong one none', async () => {
    const signed: string[][] = [];
    const sign = async (...args: string[]) => {
      signed.push(args);
      return 'ticket';
    };
    const { send, verify } = open({ tickets: { sign } });
    const { uuid } = await send();
    expect((await verify(uuid, WRONG)).ticket).toBeUndefined();
    expect(await verify(uuid)).toEqual({ reason: 'OK', ticket: 'ticket' });
    expect(signed).toEqual([[MOBILE, 'REGISTER']]);
  });

  test('and right stays so when its ticket cannot be signed, which is logged without what it was for', async () => {
    const sign = async () => {
      throw new RangeError(`no ticket for ${MOBILE}`);
    };
    const { send, verify, logs } = open({ tickets: { sign } });
    const { uuid } = await send();
    expect(await verify(uuid)).toEqual({ reason: 'OK', ticket: undefined });
    const msg = 'A code was right, but its ticket could not be signed';
    expect(logs).toMatchObject([{ level: 50, error: 'RangeError', msg }]);
    expect(JSON.stringify(logs)).not.toContain(MOBILE);
  });
});
