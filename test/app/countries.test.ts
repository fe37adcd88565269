import { Reason } from '../../src/verification/reasons';
import type { Environment } from '../harness/server-process';
import { LocalApp } from '../observability/local-app';

let app: LocalApp | undefined;
afterEach(() => app?.close());

async function shop(environment: Environment): Promise<LocalApp> {
  app = await LocalApp.start(environment);
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

  test('a refused number leaves the captcha good', async () => {
    const at = await shop(environment);
    const captcha = await at.planted();
    expect((await at.api.sendSmsCode({ mobile: '+85221234567', ...captcha })).reason).toBe('MOBILE_INVALID');
    expect((await at.api.sendSmsCode({ mobile: '+85291234567', ...captcha })).reason).toBe('OK');
  });

  test('a page is told the countries and their calling codes', async () => {
    const at = await shop(environment);
    const { body } = await at.api.query('{ verificationSettings { countries callingCodes } }');
    expect(body.data?.verificationSettings).toEqual({ countries: ['CN', 'HK'], callingCodes: ['86', '852'] });
  });
});
