import type { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';

describeWithRedis('A code that does not count', () => {
  let shop: Shop;
  let api: ApiClient;
  let english: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open();
    api = shop.api();
    english = shop.api(0, { 'accept-language': 'en-GB,en;q=0.9,zh;q=0.5' });
  }, 60_000);

  afterAll(() => shop?.close());

  const wrong = (code: string): string => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

  /** A request whose message went out. */
  async function requested(purpose?: string): Promise<{ mobile: string; uuid: string; code: string }> {
    const mobile = shop.newMobile();
    const captcha = await shop.solved();
    expect(await api.sendSmsCode({ mobile, ...captcha, purpose })).toMatchObject({ reason: 'OK' });
    return { mobile, uuid: captcha.uuid, code: shop.lastCode() };
  }

  test('wrong: SMS_CODE_MISMATCH with the attempts left; the fifth: SMS_CODE_LOCKED, and the right one is void', async () => {
    const { mobile, uuid, code } = await requested();
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expect(await api.verifySmsCode(mobile, wrong(code), uuid)).toEqual({
        code: 400,
        errmsg: '输入短信验证码有误',
        reason: 'SMS_CODE_MISMATCH',
        retryAfter: null,
        attemptsLeft,
      });
    }
    const LOCKED = { code: 400, reason: 'SMS_CODE_LOCKED', retryAfter: null, attemptsLeft: 0 };
    const errmsg = '错误次数过多，请稍后重新获取短信验证码';
    expect(await api.verifySmsCode(mobile, wrong(code), uuid)).toEqual({ ...LOCKED, errmsg });
    expect(await api.verifySmsCode(mobile, code, uuid)).toEqual({ ...LOCKED, errmsg });
    expect(await shop.redis.exists(`sms:${mobile}`)).toBe(0);
    expect(await english.verifySmsCode(mobile, code, uuid)).toEqual({
      ...LOCKED,
      errmsg: 'Too many wrong codes, please request a new one later',
    });
  });

  test('in English', async () => {
    const { mobile, uuid, code } = await requested();
    expect(await english.verifySmsCode(mobile, wrong(code), uuid)).toMatchObject({ errmsg: 'The SMS code is wrong' });
  });

  const EXPIRED = { code: 400, reason: 'SMS_CODE_EXPIRED', retryAfter: null, attemptsLeft: null };

  test('never sent: SMS_CODE_EXPIRED', async () => {
    const mobile = shop.newMobile();
    expect(await api.verifySmsCode(mobile, '123456', 'u')).toEqual({ ...EXPIRED, errmsg: '短信验证码失效' });
    expect(await english.verifySmsCode(mobile, '123456', 'u')).toEqual({
      ...EXPIRED,
      errmsg: 'The SMS code has expired',
    });
  });

  test.each(['12345', '1234567', '１２３４５６', 'abcdef', '0', '-12345'])(
    '%j, which no code can be, is a guess like any other',
    async (guess) => {
      const { mobile, uuid } = await requested();
      const answer = await api.verifySmsCode(mobile, guess, uuid);
      expect(answer).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    },
  );

  test('under a uuid that is no request of this mobile: SMS_CODE_EXPIRED, and it costs the request nothing', async () => {
    const { mobile, uuid, code } = await requested();
    const others = await requested();
    const unspent = await shop.solved();
    for (const name of [undefined, others.uuid, unspent.uuid, `${uuid}x`, uuid.toUpperCase(), 'x'.repeat(200), '*']) {
      const answer = await api.verifySmsCode(mobile, code, name);
      expect(answer).toEqual({ ...EXPIRED, errmsg: '短信验证码失效' });
    }
    expect(await shop.redis.get(`img:${unspent.uuid}`)).toBe(unspent.imageCode);
    expect(await api.verifySmsCode(mobile, wrong(code), uuid)).toMatchObject({ attemptsLeft: 4 });
    expect(await api.verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
  });
});
