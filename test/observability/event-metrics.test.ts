import { pino } from 'pino';
import { fanOut } from '../../src/observability/fan-out';
import { Metrics } from '../../src/observability/metrics';
import type { SmsOutcome } from '../../src/sms/sender';
import type { DomainEvent } from '../../src/verification/events';
import { readExposition, scrape } from './exposition';
import { LocalApp } from './local-app';

type Rule = Extract<DomainEvent, { type: 'limit-hit' }>['rule'];

/** The compiler asks for every rule that there is. Those about countries are counted where several are served. */
const RULES: Record<Rule, 'always' | 'countries' | 'told otherwise'> = {
  cooldown: 'always',
  'mobile-hour': 'always',
  'mobile-day': 'always',
  'client-hour': 'always',
  'network-hour': 'always',
  budget: 'always',
  'country-budget': 'countries',
  'client-countries': 'countries',
  'captcha-minute': 'always',
  'captcha-network-minute': 'always',
  'captcha-unsolved': 'always',
  'captcha-network-unsolved': 'always',
  'captchas-live': 'always',
  'captcha-parent-live': 'always',
  'captcha-device-minute': 'always',
  'verify-hour': 'always',
  // As verify-hour.
  'guess-hour': 'told otherwise',
  // It decides who pays, and refuses nothing by itself.
  'device-day': 'told otherwise',
  'allowance-mobile': 'always',
  'allowance-pool': 'always',
  failures: 'always',
  blocked: 'always',
};

describe('/metrics of a server', () => {
  let app: LocalApp;
  afterEach(() => app.close());

  test('given calls and a readiness check, then queries and the step that the check takes are timed as well', async () => {
    app = await LocalApp.start();
    await app.api.imageCaptcha();
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);

    const { value } = await scrape(app.url);
    const counted = (series: string) => value(`sms_verification_${series}`);
    expect(counted('operation_duration_seconds_count{operation="imageCaptcha",reason="OK"}')).toBe(1);
    expect(counted('store_duration_seconds_count{operation="ping",outcome="ok"}')).toBe(1);
  });

  test.each([
    ['one country', {}, ['always']],
    ['several countries', { SMS_COUNTRIES: 'CN,HK' }, ['always', 'countries']],
  ])(
    'given %s and no refusal yet, then every rule that may refuse stands at 0, and no other',
    async (_, environment, kinds) => {
      app = await LocalApp.start(environment);
      const { value } = await scrape(app.url);
      for (const [rule, kind] of Object.entries(RULES)) {
        const expected = kinds.includes(kind) ? 0 : undefined;
        expect([rule, value(`sms_verification_limits_hit_total{rule="${rule}"}`)]).toEqual([rule, expected]);
      }
    },
  );

  test("given messages to two countries, one of which has a budget, then its use and the whole shop's are told apart", async () => {
    app = await LocalApp.start({ SMS_COUNTRIES: 'CN,HK', SMS_COUNTRY_BUDGETS: 'HK:7' });
    for (const mobile of ['13800138000', '13800138001', '+85291234567']) await app.send(mobile);
    const { value } = await scrape(app.url);
    expect(value('sms_verification_budget_used')).toBe(3);
    expect(value('sms_verification_country_budget_used{country="HK"}')).toBe(1);
  });

  test('given a message abroad that the provider refuses, then it is counted so for its country', async () => {
    const send = async (): Promise<SmsOutcome> => ({ class: 'refused', provider: 'console', providerCode: 'NO' });
    app = await LocalApp.start({ SMS_COUNTRIES: 'CN,HK' }, { sender: { name: 'console', send } });
    await app.send('+85291234567');
    const { value } = await scrape(app.url);
    const sent = (outcome: string) =>
      value(`sms_verification_country_messages_total{country="HK",outcome="${outcome}"}`);
    expect([sent('refused'), sent('accepted')]).toEqual([1, 0]);
  });

  test('given wrong codes of numbers abroad, then they are counted for their country by what was wrong', async () => {
    app = await LocalApp.start({ SMS_COUNTRIES: 'CN,HK' });
    await app.api.verifySmsCode('+85291234567', '123456', 'unknown');
    const { value } = await scrape(app.url);
    const verified = (reason: string) =>
      value(`sms_verification_country_verifications_total{country="HK",reason="${reason}"}`);
    expect([verified('SMS_CODE_EXPIRED'), verified('OK')]).toEqual([1, 0]);
  });
});

test('given receipts of messages that came and of one that did not, then only the ways of the former are timed', async () => {
  const metrics = new Metrics({ providers: ['aliyun'], receiptProviders: ['aliyun'], dailyBudget: 0 });
  for (const [outcome, seconds] of [
    ['delivered', 4],
    ['permanent-failure', 300],
    ['delivered', 6],
  ] as const) {
    const type = 'delivery-reported';
    metrics.observe({ type, smsId: 'a', provider: 'aliyun', outcome, carrierCode: 'other', seconds });
  }
  const { value } = readExposition((await metrics.exposition(false)).text);
  const way = (part: string) => value(`sms_verification_delivery_duration_seconds_${part}{provider="aliyun"}`);
  expect([way('count'), way('sum')]).toEqual([2, 10]);
  const failed = 'provider="aliyun",outcome="permanent-failure",carrier_code="other"';
  expect(value(`sms_verification_deliveries_total{${failed}}`)).toBe(1);
});

test('given receipts that change nothing, then each is counted for why', async () => {
  const metrics = new Metrics({ providers: ['aliyun'], receiptProviders: ['aliyun'], dailyBudget: 0 });
  for (const reason of ['foreign', 'duplicate', 'foreign'] as const) {
    metrics.observe({ type: 'receipt-ignored', provider: 'aliyun', reason });
  }
  const { value } = readExposition((await metrics.exposition(false)).text);
  const ignored = (reason: string) =>
    value(`sms_verification_receipts_ignored_total{provider="aliyun",reason="${reason}"}`);
  expect([ignored('foreign'), ignored('duplicate')]).toEqual([2, 1]);
});

test('given an observer that throws, then the others are told, and the log calls it an error', () => {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const told: DomainEvent[] = [];
  const broken = () => {
    throw new Error('broken');
  };
  const event: DomainEvent = { type: 'captcha-issued', kind: 'IMAGE', level: 'normal' };
  fanOut([broken, undefined, (each) => told.push(each)], log)(event);
  expect(told).toEqual([event]);
  expect(lines).toEqual([expect.objectContaining({ msg: expect.stringContaining('An observer threw') })]);
});
