import { Redis } from 'ioredis';
import { ApiClient, captchaOf } from '../harness/api-client';
import { expectWithin } from '../harness/expect-within';
import { describeWithRedis } from '../harness/redis-server';
import { startServer } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

describeWithRedis('When the provider fails', () => {
  let shop: Shop;
  let api: ApiClient;
  let english: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_TIMEOUT_MS: '1500' });
    api = shop.api();
    english = shop.api(0, { 'accept-language': 'en-GB,en;q=0.9,zh;q=0.5' });
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(() => {
    shop.standIn.behave('accept');
    shop.newMessages();
  });

  describe('every failure of the provider', () => {
    const companions = (mobile: string) => shop.keys(`*${mobile}*`);

    test.each([
      ['refuse', 'SMS_REJECTED', null],
      ['misconfigured', 'SMS_REJECTED', null],
      ['throttle', 'SMS_REJECTED', 60],
    ] as const)('%s: %s, and code, cooldown and counts are refunded', async (mode, reason, retryAfter) => {
      const mobile = shop.newMobile();
      shop.standIn.behave(mode);

      const failed = await api.sendSmsCode({ mobile, ...(await shop.solved()) });

      const smsId = expect.stringMatching(/^[0-9a-f]{32}$/);
      expect(failed).toEqual({ code: 400, errmsg: '短信发送失败', reason, retryAfter, expiresIn: null, smsId });
      expect(await companions(mobile)).toEqual([]);
      expect(await english.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({
        errmsg: 'The message could not be sent',
      });
      shop.standIn.behave('accept');
      expect(await api.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({ reason: 'OK' });
      expect(shop.standIn.accepted).toHaveLength(1);
    });

    test.each([
      'hang-after-accept',
      'hang-mid-answer',
      'reset',
      'reset-mid-answer',
      'http-500',
      'garbage',
      'huge',
      'redirect',
      'no-http',
    ] as const)('%s: SMS_UNCONFIRMED, everything stays, nothing is sent again, and the code is good', async (mode) => {
      const mobile = shop.newMobile();
      shop.standIn.behave(mode);

      const captcha = await shop.solved();
      const unconfirmed = await api.sendSmsCode({ mobile, ...captcha });

      expect(unconfirmed).toEqual({
        code: 400,
        errmsg: '短信可能已发送，请留意查收',
        reason: 'SMS_UNCONFIRMED',
        retryAfter: expect.any(Number),
        expiresIn: expect.any(Number),
        smsId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      expectWithin(unconfirmed.retryAfter, 1, 60);
      expectWithin(unconfirmed.expiresIn, 241, 300);
      expect(await companions(mobile)).toHaveLength(6);
      shop.standIn.behave('accept');
      expect(await english.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({ reason: 'TOO_FREQUENT' });
      expect(shop.standIn.accepted).toHaveLength(1);
      expect(await api.verifySmsCode(mobile, shop.lastCode(), captcha.uuid)).toMatchObject({ reason: 'OK' });
    });

    test('a refused message uses up neither the budget nor the quota of its client', async () => {
      const strict = await startServer({
        ...shop.environment,
        REDIS_URL: `${shop.redisServer.url}/1`,
        SMS_DAILY_BUDGET: '1',
        SMS_PER_CLIENT_HOUR: '1',
      });
      const other = new Redis(`${shop.redisServer.url}/1`);
      const client = new ApiClient(strict.url);
      const send = async () => {
        const { uuid } = await client.imageCaptcha();
        const call = { mobile: shop.newMobile(), uuid: String(uuid), imageCode: await captchaOf(other, uuid) };
        return (await client.sendSmsCode(call)).reason;
      };
      shop.standIn.behave('refuse');
      expect(await send()).toBe('SMS_REJECTED');
      shop.standIn.behave('accept');
      expect(await send()).toBe('OK');
      expect(await send()).toBe('QUOTA_EXCEEDED');
      other.disconnect();
      await strict.stop();
    });

    test('an error that the provider blames on itself: SMS_UNCONFIRMED', async () => {
      shop.standIn.behave('system-error');
      expect(await english.sendSmsCode({ mobile: shop.newMobile(), ...(await shop.solved()) })).toMatchObject({
        reason: 'SMS_UNCONFIRMED',
        errmsg: 'The message may have been sent, please check your inbox',
      });
    });
  });
});
