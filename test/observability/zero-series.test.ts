import { Metrics } from '../../src/observability/metrics';
import { DELIVERY_OUTCOMES } from '../../src/sms/receipts';
import { readExposition } from './exposition';

const read = async (metrics: Metrics) => readExposition((await metrics.exposition(false)).text);

describe('A server to which nothing has happened', () => {
  // A series that begins with its first event shows no increase: an alert would sleep through it.
  const byCountry = { countries: ['CN', 'HK'], budgets: { HK: 7 } };
  const metrics = new Metrics({
    providers: ['aliyun', 'twilio'],
    receiptProviders: ['aliyun'],
    dailyBudget: 0,
    byCountry,
  });
  const outcomes = ['accepted', 'refused', 'throttled', 'misconfigured', 'unknown'];
  const reasons = ['OK', 'SMS_CODE_EXPIRED', 'SMS_CODE_MISMATCH', 'SMS_CODE_LOCKED'];

  test.each([
    ...['aliyun', 'twilio'].flatMap((provider) => [
      ...outcomes.map((outcome) => `sends_total{provider="${provider}",outcome="${outcome}"}`),
      `circuit_open{provider="${provider}"}`,
    ]),
    ...reasons.map((reason) => `verifications_total{reason="${reason}"}`),
    ...['OK', 'CAPTCHA_EXPIRED', 'CAPTCHA_MISMATCH'].map((reason) => `captchas_answered_total{reason="${reason}"}`),
    ...['started', 'confirmed', 'duplicate', 'unmatched'].map((result) => `inbound_total{result="${result}"}`),
    ...['issueCaptcha', 'reserveSend', 'checkCode', 'ping'].map(
      (step) => `store_duration_seconds_count{operation="${step}",outcome="unavailable"}`,
    ),
    ...DELIVERY_OUTCOMES.map((o) => `deliveries_total{provider="aliyun",outcome="${o}",carrier_code="other"}`),
    ...['duplicate', 'foreign'].map((reason) => `receipts_ignored_total{provider="aliyun",reason="${reason}"}`),
    'delivery_duration_seconds_count{provider="aliyun"}',
    ...['CN', 'HK'].flatMap((country) => [
      `country_messages_total{country="${country}",outcome="accepted"}`,
      `country_verifications_total{country="${country}",reason="OK"}`,
    ]),
  ])('says %s 0', async (series) => {
    expect((await read(metrics)).value(`sms_verification_${series}`)).toBe(0);
  });
});

test('given a message, then the budget counts it for 24 hours and not a second longer', async () => {
  let now = 0;
  const metrics = new Metrics({ providers: [], dailyBudget: 10 }, () => now);
  metrics.observe({ type: 'budget-used', used: 8 });
  const used = async () => (await read(metrics)).value('sms_verification_budget_used');
  now = 86_399_999;
  expect(await used()).toBe(8);
  now = 86_400_000;
  expect(await used()).toBe(0);
});

// Bounds stand in everybody's dashboards and alerts: a quantile is no finer than they are.
test.each([
  ['send_duration', [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]],
  ['operation_duration', [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]],
  ['store_duration', [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]],
  ['delivery_duration', [1, 2, 3, 5, 8, 12, 20, 30, 60, 120, 300, 600, 3600]],
])('%s is told by these bounds, in seconds', async (name, bounds) => {
  const metrics = new Metrics({ providers: ['aliyun'], receiptProviders: ['aliyun'], dailyBudget: 0 });
  const outcome = { class: 'accepted', provider: 'aliyun', providerCode: 'OK' } as const;
  metrics.observe({ type: 'send-attempted', id: 'a', outcome, durationMs: 1 });
  metrics.observe({ type: 'operation-answered', operation: 'sendSmsCode', reason: 'ERROR', durationMs: 1 });
  const { text } = await metrics.exposition(false);
  const told = [...text.matchAll(new RegExp(`^sms_verification_${name}_seconds_bucket\\{.*le="([^"]+)"`, 'gm'))];
  expect([...new Set(told.map(([, bound]) => Number(bound)))].filter(Number.isFinite)).toEqual(bounds);
});
