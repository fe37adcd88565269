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
