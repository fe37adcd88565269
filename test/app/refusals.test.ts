import type { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';

const HOUR = 3600;

describeWithRedis('What is refused, and what that costs', () => {
  let shop: Shop;
  let api: ApiClient;
  let english: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open();
    api = shop.api();
    english = shop.api(0, { 'accept-language': 'en-GB,en;q=0.9,zh;q=0.5' });
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(() => {
    shop.standIn.behave('accept');
    shop.newMessages();
  });

  describe('a bad argument is refused and consumes nothing', () => {
    const blanks = ['', ' ', '\t\r\n', '\u3000', '\u00a0'];
    const malformed = [
      '1380013800',
      '138001380001',
      '12800138000',
      '23800138000',
      '１３８００１３８０００',
      '138 0013 8000',
      ' 13800138000',
      '13800138000 ',
      '13800138000\n',
      '\n13800138000',
      '+8613800138000',
      '8613800138000',
      '138-0013-8000',
      '13800138O00',
      '١٣٨٠٠١٣٨٠٠٠',
      '13800138000\u0000',
      '1'.repeat(5000),
    ];
    const MISSING = { code: 400, reason: 'MISSING_PARAMETER', retryAfter: null };
    const INVALID = { code: 400, reason: 'MOBILE_INVALID', retryAfter: null };

    test('blank: MISSING_PARAMETER, whichever it is, before a malformed mobile', async () => {
      const captcha = await shop.solved();
      for (const blank of blanks) {
        const calls = [
          { mobile: blank, ...captcha },
          { mobile: shop.newMobile(), ...captcha, imageCode: blank },
          { mobile: shop.newMobile(), ...captcha, uuid: blank },
          { mobile: 'no mobile', ...captcha, uuid: blank },
        ];
        for (const call of calls) {
          expect(await api.sendSmsCode(call)).toEqual({
            ...MISSING,
            errmsg: '缺少必传参数',
            expiresIn: null,
            smsId: null,
          });
          expect(await english.sendSmsCode(call)).toMatchObject({
            ...MISSING,
            errmsg: 'A required parameter is missing',
          });
        }
        for (const [mobile, code, uuid] of [
          [shop.newMobile(), blank, 'u'],
          [blank, '123456', 'u'],
          ['no mobile', blank, 'u'],
          [shop.newMobile(), '123456', blank],
        ] as const) {
          const verified = await api.verifySmsCode(mobile, code, uuid);
          expect(verified).toEqual({ ...MISSING, errmsg: '缺少必传参数', attemptsLeft: null });
        }
      }
      expect(await shop.redis.get(`img:${captcha.uuid}`)).toBe(captcha.imageCode);
      expect(shop.standIn.accepted).toEqual([]);
    });

    test.each(malformed.map((mobile) => [JSON.stringify(mobile).slice(0, 40), mobile]))(
      'mobile %s: MOBILE_INVALID',
      async (_, mobile) => {
        const captcha = await shop.solved();
        const sent = await api.sendSmsCode({ ...captcha, mobile });
        expect(sent).toEqual({ ...INVALID, errmsg: '手机号格式不正确', expiresIn: null, smsId: null });
        expect(await english.sendSmsCode({ ...captcha, mobile })).toMatchObject({
          ...INVALID,
          errmsg: 'The mobile number is not valid',
        });
        expect(await api.verifySmsCode(mobile, '123456', 'u')).toMatchObject(INVALID);
        expect(await shop.redis.get(`img:${captcha.uuid}`)).toBe(captcha.imageCode);
        expect(shop.standIn.accepted).toEqual([]);
      },
    );

    test('afterwards the same captcha still sends', async () => {
      const captcha = await shop.solved();
      await api.sendSmsCode({ ...captcha, mobile: '+8613800138000' });
      await api.sendSmsCode({ ...captcha, mobile: '' });
      expect(await api.sendSmsCode({ ...captcha, mobile: shop.newMobile() })).toMatchObject({ reason: 'OK' });
    });
  });

  describe('a captcha that does not count', () => {
    const EXPIRED = { code: 400, reason: 'CAPTCHA_EXPIRED', retryAfter: null, expiresIn: null, smsId: null };
    const MISMATCH = { code: 400, reason: 'CAPTCHA_MISMATCH', retryAfter: null, expiresIn: null, smsId: null };

    test('wrong: CAPTCHA_MISMATCH, and it is spent, so that the right answer comes too late', async () => {
      const captcha = await shop.solved();
      const mobile = shop.newMobile();
      expect(await api.sendSmsCode({ ...captcha, mobile, imageCode: 'wrong' })).toEqual({
        ...MISMATCH,
        errmsg: '输入图形验证码有误',
      });
      expect(await shop.redis.exists(`img:${captcha.uuid}`)).toBe(0);
      expect(await api.sendSmsCode({ ...captcha, mobile })).toEqual({ ...EXPIRED, errmsg: '图形验证码失效' });
      expect(shop.standIn.accepted).toEqual([]);
      expect(await shop.redis.keys(`*${mobile}*`)).toEqual([]);
    });

    test('reused after a message: CAPTCHA_EXPIRED, for any mobile', async () => {
      const captcha = await shop.solved();
      await api.sendSmsCode({ ...captcha, mobile: shop.newMobile() });
      expect(await api.sendSmsCode({ ...captcha, mobile: shop.newMobile() })).toEqual({
        ...EXPIRED,
        errmsg: '图形验证码失效',
      });
      expect(shop.standIn.accepted).toHaveLength(1);
    });

    test('never issued, or under a name that no service makes: CAPTCHA_EXPIRED', async () => {
      for (const uuid of [
        '6f1c0000-0000-4000-8000-000000000000',
        'x'.repeat(129),
        'x'.repeat(5000),
        '*',
        'a b',
        '图',
      ]) {
        expect(await api.sendSmsCode({ mobile: shop.newMobile(), imageCode: 'ABCDE', uuid })).toEqual({
          ...EXPIRED,
          errmsg: '图形验证码失效',
        });
      }
    });

    test('in English', async () => {
      const captcha = await shop.solved();
      expect(await english.sendSmsCode({ ...captcha, mobile: shop.newMobile(), imageCode: 'wrong' })).toEqual({
        ...MISMATCH,
        errmsg: 'The captcha answer is wrong',
      });
      expect(await english.sendSmsCode({ ...captcha, mobile: shop.newMobile() })).toEqual({
        ...EXPIRED,
        errmsg: 'The captcha has expired',
      });
    });
  });

  describe('limits', () => {
    test('within the cooldown: TOO_FREQUENT with the seconds that are left, and the captcha is spent', async () => {
      const mobile = shop.newMobile();
      await api.sendSmsCode({ mobile, ...(await shop.solved()) });
      const code = shop.lastCode();
      await shop.redis.pexpire(`sms:${mobile}`, 200_000);

      const captcha = await shop.solved();
      const refused = await api.sendSmsCode({ mobile, ...captcha });

      expect(refused).toEqual({
        code: 400,
        errmsg: '操作过于频繁，请稍后再试',
        reason: 'TOO_FREQUENT',
        retryAfter: Math.ceil((await shop.redis.pttl(`{sms:${mobile}}:cooldown`)) / 1000),
        expiresIn: null,
        smsId: null,
      });
      expect(await shop.redis.exists(`img:${captcha.uuid}`)).toBe(0);
      expect(await english.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({
        reason: 'TOO_FREQUENT',
        errmsg: 'Too many requests, please wait a moment',
      });
      // The first message's code is untouched.
      expect(await shop.redis.get(`sms:${mobile}`)).toBe(code);
      expect(await shop.redis.pttl(`sms:${mobile}`)).toBeLessThanOrEqual(200_000);
      expect(shop.standIn.accepted).toHaveLength(1);
    });

    test('the sixth message in an hour: QUOTA_EXCEEDED until the first of them is an hour old', async () => {
      const mobile = shop.newMobile();
      for (let i = 0; i < 5; i++) {
        await shop.redis.del(`{sms:${mobile}}:cooldown`);
        expect(await api.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({ reason: 'OK' });
      }
      await shop.redis.del(`{sms:${mobile}}:cooldown`);
      const refused = await api.sendSmsCode({ mobile, ...(await shop.solved()) });
      expect(refused).toMatchObject({ code: 400, reason: 'QUOTA_EXCEEDED', errmsg: '次数已达上限，请稍后再试' });
      expect(refused.retryAfter).toBeGreaterThan(HOUR - 60);
      expect(refused.retryAfter).toBeLessThanOrEqual(HOUR);
      expect(await english.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({
        errmsg: 'The limit has been reached, please try again later',
      });
      expect(shop.standIn.accepted).toHaveLength(5);
    });
  });
});
