import type { Overrides } from '../../src/app';
import { Reason } from '../../src/verification/reasons';
import type { Environment } from '../harness/server-process';
import { NO_CLIENT_LIMITS } from '../harness/shop';
import { LocalApp } from '../observability/local-app';

let app: LocalApp | undefined;
afterEach(() => app?.close());

async function shop(environment: Environment, overrides: Overrides = {}): Promise<LocalApp> {
  app = await LocalApp.start(environment, overrides);
  return app;
}

describe('SMS_COUNTRIES=CN,HK', () => {
  const environment = { SMS_COUNTRIES: 'CN,HK', SMS_PROVIDERS: 'console' };

  test.each([
    ['a mobile in Hong Kong', '+85291234567', Reason.OK],
    ['a mainland mobile', '13800138000', Reason.OK],
    ['the same, written for the world', '+8613800138000', Reason.OK],
    ['a fixed line in Hong Kong', '+85221234567', Reason.MOBILE_INVALID],
    ['a premium number', '+85290012345', Reason.MOBILE_INVALID],
    ['an American', '+13105551234', Reason.MOBILE_INVALID],
  ])('%s, %s: %s', async (_, mobile, reason) => {
    const at = await shop(environment);
    const { uuid, ...sent } = await at.send(mobile);
    expect(sent.reason).toBe(reason);
    const { reason: verified } = await at.api.verifySmsCode(mobile, at.lastCode() || '000000', uuid);
    expect(verified).toBe(reason);
  });

  test('a mainland mobile is one, whichever way it is written', async () => {
    const at = await shop(environment);
    expect((await at.send('+8613800138000')).reason).toBe('OK');
    expect((await at.send('13800138000')).reason).toBe('TOO_FREQUENT');
  });

  test('a refused number leaves the captcha good', async () => {
    const at = await shop(environment);
    const captcha = await at.seededCaptcha();
    expect((await at.api.sendSmsCode({ mobile: '+85221234567', ...captcha })).reason).toBe('MOBILE_INVALID');
    expect((await at.api.sendSmsCode({ mobile: '+85291234567', ...captcha })).reason).toBe('OK');
  });

  test('a page is told the countries and their calling codes', async () => {
    const at = await shop(environment);
    const { body } = await at.api.query('{ verificationSettings { countries callingCodes } }');
    expect(body.data?.verificationSettings).toEqual({ countries: ['CN', 'HK'], callingCodes: ['86', '852'] });
  });
});

describe('With budgets by country', () => {
  const environment = {
    ...NO_CLIENT_LIMITS,
    SMS_COUNTRIES: 'CN,HK,SG,US,GB',
    SMS_COUNTRY_BUDGETS: 'HK:7,SG:1',
    METRICS_PORT: '0',
  };
  const ofHongKong = (n: number) => `+852${91_230_000 + n}`;
  const reasons = (answers: readonly { reason: string }[], reason: string) =>
    answers.filter((answer) => answer.reason === reason).length;

  test('50 sends to Hong Kong at once: no more than its budget, and the other countries go on', async () => {
    const at = await shop(environment);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => at.send(ofHongKong(n))));
    expect([reasons(answers, 'OK'), reasons(answers, 'QUOTA_EXCEEDED')]).toEqual([7, 43]);
    expect((await at.send('+6581234567')).reason).toBe('OK');
    expect(await at.send('+6581234568')).toMatchObject({ reason: 'QUOTA_EXCEEDED', retryAfter: 24 * 60 * 60 });
    expect((await at.send('13800138000')).reason).toBe('OK');
  });

  test('a message that the provider refused leaves its country its place', async () => {
    let outcome: 'refused' | 'accepted' = 'refused';
    const send = async () => ({ class: outcome, provider: 'console', providerCode: 'x' });
    const at = await shop(environment, { sender: { name: 'console', send } });
    for (let i = 0; i < 3; i++) expect((await at.send(`+658123456${i}`)).reason).toBe('SMS_REJECTED');
    outcome = 'accepted';
    expect((await at.send('+6581234567')).reason).toBe('OK');
    expect((await at.send('+6581234568')).reason).toBe('QUOTA_EXCEEDED');
  });

  test('one address has messages sent to three countries a day, and to as many numbers there as before', async () => {
    const at = await shop(environment);
    for (const mobile of ['13800138000', ofHongKong(1), '+13105551234'])
      expect((await at.send(mobile)).reason).toBe('OK');
    for (const mobile of ['+447400123456', '+6581234567'])
      expect((await at.send(mobile)).reason).toBe('QUOTA_EXCEEDED');
    for (const mobile of ['13800138001', ofHongKong(2), '+13105551235'])
      expect((await at.send(mobile)).reason).toBe('OK');
  });

  test('metrics tell what goes to each country, and no other', async () => {
    const at = await shop(environment);
    const { uuid } = await at.send(ofHongKong(1));
    await at.api.verifySmsCode(ofHongKong(1), at.lastCode(), uuid);
    await at.send('+886912345678');
    const text = await (await fetch(`${at.monitoringUrl}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith('sms_verification_country_'));
    expect(lines).toEqual(
      expect.arrayContaining([
        'sms_verification_country_messages_total{country="HK",outcome="accepted"} 1',
        'sms_verification_country_verifications_total{country="HK",reason="OK"} 1',
        'sms_verification_country_budget_used{country="HK"} 1',
        'sms_verification_country_budget_limit{country="HK"} 7',
        'sms_verification_country_messages_total{country="GB",outcome="accepted"} 0',
      ]),
    );
    expect(text).not.toMatch(/TW|91230001/);
    expect(text).toContain('sms_verification_limits_hit_total{rule="client-countries"} 0');
  });

  test('with the mainland alone there are no metrics by country', async () => {
    const at = await shop({ METRICS_PORT: '0' });
    expect(await (await fetch(`${at.monitoringUrl}/metrics`)).text()).not.toMatch(/country|countries/);
  });
});
