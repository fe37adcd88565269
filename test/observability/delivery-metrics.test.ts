import { Metrics } from '../../src/observability/metrics';

test('given receipts of a message that came and of one that did not, then both are counted, and the first alone is timed', async () => {
  const metrics = new Metrics({ providers: ['aliyun'], receiptProviders: ['aliyun'], dailyBudget: 0 });
  const told = { type: 'delivery-reported', provider: 'aliyun', smsId: 'a' } as const;
  metrics.observe({ ...told, outcome: 'delivered', carrierCode: 'DELIVRD', seconds: 4 });
  metrics.observe({ ...told, outcome: 'permanent-failure', carrierCode: 'MK:0001', seconds: 90 });
  const { text } = await metrics.exposition(false);

  const count = (outcome: string, code: string) =>
    `sms_verification_deliveries_total{provider="aliyun",outcome="${outcome}",carrier_code="${code}"} 1\n`;
  expect(text).toContain(count('delivered', 'DELIVRD'));
  expect(text).toContain(count('permanent-failure', 'MK:0001'));
  // A panel of how long people wait would go up with every number that does not exist.
  expect(text).toContain('sms_verification_delivery_duration_seconds_count{provider="aliyun"} 1\n');
  expect(text).toContain('sms_verification_delivery_duration_seconds_sum{provider="aliyun"} 4\n');
});
