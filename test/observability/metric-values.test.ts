import { Metrics } from '../../src/observability/metrics';
import { readExposition } from './exposition';

test('given a message, then the budget counts it for 24 hours and not a second longer', async () => {
  let now = 0;
  const metrics = new Metrics({ providers: [], dailyBudget: 10 }, () => now);
  metrics.observe({ type: 'budget-used', used: 8 });
  const used = async () => readExposition((await metrics.exposition(false)).text).value('sms_verification_budget_used');
  now = 86_399_999;
  expect(await used()).toBe(8);
  now = 86_400_000;
  expect(await used()).toBe(0);
});

test("given a provider's circuit, then it is told whether it is open", async () => {
  const metrics = new Metrics({ providers: ['aliyun'], dailyBudget: 0 });
  const isOpen = async () =>
    readExposition((await metrics.exposition(false)).text).value('sms_verification_circuit_open{provider="aliyun"}');
  expect(await isOpen()).toBe(0);
  metrics.observe({ type: 'circuit-changed', provider: 'aliyun', state: 'open' });
  expect(await isOpen()).toBe(1);
  metrics.observe({ type: 'circuit-changed', provider: 'aliyun', state: 'closed' });
  expect(await isOpen()).toBe(0);
});

test('given the use of the whole budget, then it is told of no country', async () => {
  const byCountry = { countries: ['CN', 'HK'], budgets: { HK: 7 } };
  const metrics = new Metrics({ providers: [], dailyBudget: 10, byCountry });
  metrics.observe({ type: 'budget-used', used: 8 });
  metrics.observe({ type: 'budget-used', used: 3, country: 'HK' });
  const { text } = await metrics.exposition(false);
  expect(text.match(/^sms_verification_country_budget_used.*$/gm)).toEqual([
    'sms_verification_country_budget_used{country="HK"} 3',
  ]);
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
