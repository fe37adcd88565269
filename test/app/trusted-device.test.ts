import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

const VERIFY = `mutation ($mobile: String!, $smsCode: String!, $uuid: String!) {
  verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid) { reason device }
}`;
const SETTINGS = { ...NO_CLIENT_LIMITS, ABUSE_POLICY: 'enforce', SMS_COOLDOWN_SECONDS: '0' };

describeWithRedis('A trusted device', () => {
  let shop: Shop;
  afterEach(() => shop.close());

  const apiWith = (token?: string | null) => shop.api(0, token ? { 'x-trusted-device': token } : {});

  async function send(mobile: string, token?: string | null): Promise<{ uuid: string; reason: string }> {
    const captcha = await shop.seededCaptcha();
    const { reason } = await apiWith(token).sendSmsCode({ mobile, ...captcha });
    return { uuid: captcha.uuid, reason };
  }

  /** Confirms a number, and tells the token that came with the right code. */
  async function confirm(mobile: string, token?: string | null): Promise<string | null | undefined> {
    const { uuid, reason } = await send(mobile, token);
    expect(reason).toBe('OK');
    const { body } = await apiWith(token).query(VERIFY, { mobile, smsCode: shop.lastCode(), uuid });
    expect(body.data?.verifySmsCode?.reason).toBe('OK');
    return body.data?.verifySmsCode?.device;
  }

  /** Asks for messages that nobody confirms, until the address is refused. */
  async function exhaust(): Promise<void> {
    for (let i = 0; i < 40; i++) if ((await send(shop.newMobile())).reason !== 'OK') return;
    throw new Error('never refused');
  }

  test('given a right code, then its browser is trusted: where its address is refused, it gets 2 messages more', async () => {
    shop = await Shop.open(SETTINGS);
    const mobile = shop.newMobile();
    const token = await confirm(mobile);
    expect(token).toMatch(/^[\w-]{48}$/);
    await exhaust();
    const reasons = [];
    for (let i = 0; i < 4; i++) reasons.push((await send(shop.newMobile(), token)).reason);
    expect(reasons).toEqual(['OK', 'OK', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
    expect((await send(shop.newMobile(), `${token?.slice(0, -1)}${token?.endsWith('A') ? 'B' : 'A'}`)).reason).toBe(
      'QUOTA_EXCEEDED',
    );
  }, 60_000);

  test('given a number that was confirmed lately, then it makes no second device trusted, and keeps the one that is', async () => {
    shop = await Shop.open(SETTINGS);
    const mobile = shop.newMobile();
    const token = await confirm(mobile);
    expect(await confirm(mobile)).toBeNull();
    expect(await confirm(mobile, token)).toBe(token);
    expect(await confirm(shop.newMobile(), token)).toBe(token);
  }, 60_000);

  test('given an address whose captchas others used up, then it gets its own 10 a minute, and can send', async () => {
    shop = await Shop.open({ ...SETTINGS, CAPTCHA_PER_CLIENT_MINUTE: '3' });
    const token = await confirm(shop.newMobile());
    const ask = async (count: number, shown?: string | null) => {
      const reasons = [];
      for (let i = 0; i < count; i++) reasons.push((await apiWith(shown).imageCaptcha()).reason);
      return reasons;
    };
    expect(await ask(4)).toEqual(['OK', 'OK', 'OK', 'QUOTA_EXCEEDED']);
    expect(await ask(11, token)).toEqual([...Array(10).fill('OK'), 'QUOTA_EXCEEDED']);
    expect(await ask(1)).toEqual(['QUOTA_EXCEEDED']);
    expect((await send(shop.newMobile(), token)).reason).toBe('OK');
  }, 60_000);

  test('given its token in the hands of somebody else who asks on and on, then its owner gets captchas like anybody at the address', async () => {
    shop = await Shop.open({ ...SETTINGS, CAPTCHA_PER_CLIENT_MINUTE: '30', TRUST_PROXY: '1' });
    const token = String(await confirm(shop.newMobile()));
    const captchaFrom = async (address: string) =>
      (await shop.api(0, { 'x-trusted-device': token, 'x-forwarded-for': address }).imageCaptcha()).reason;
    for (let i = 0; i < 45; i++) await captchaFrom('203.0.113.66');
    expect(await captchaFrom('203.0.113.66')).toBe('QUOTA_EXCEEDED');
    expect(await captchaFrom('198.51.100.1')).toBe('OK');
  }, 60_000);

  test('given TRUSTED_DEVICE_SECRET=off, then no token is given', async () => {
    shop = await Shop.open({ ...SETTINGS, TRUSTED_DEVICE_SECRET: 'off' });
    expect(await confirm(shop.newMobile())).toBeNull();
  }, 60_000);
});
