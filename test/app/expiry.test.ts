import type { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1000));

describeWithRedis('What time does', () => {
  let shop: Shop;
  let api: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      CAPTCHA_TTL_SECONDS: '1',
      SMS_CODE_TTL_SECONDS: '1',
      SMS_COOLDOWN_SECONDS: '2',
    });
    api = shop.api();
  }, 60_000);

  afterAll(() => shop?.close());

  test('a captcha is told its lifetime, and after it the right answer is CAPTCHA_EXPIRED', async () => {
    const { uuid, expiresIn } = await api.imageCaptcha();
    const imageCode = String(await shop.redis.get(`img:${uuid}`));
    expect(expiresIn).toBe(1);
    await seconds(1.1);
    const late = await api.sendSmsCode({ mobile: shop.newMobile(), uuid: String(uuid), imageCode });
    expect(late.reason).toBe('CAPTCHA_EXPIRED');
    expect(shop.newMessages()).toEqual([]);
  });

  test('a code is told its lifetime, and after it the right code is SMS_CODE_EXPIRED', async () => {
    const mobile = shop.newMobile();
    const captcha = await shop.seededCaptcha();
    const sent = await api.sendSmsCode({ mobile, ...captcha });
    expect(sent).toMatchObject({ reason: 'OK', expiresIn: 1, retryAfter: 2 });
    await seconds(1.1);
    const late = await api.verifySmsCode(mobile, shop.lastCode(), captcha.uuid);
    expect(late).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
  });

  test('retryAfter is the truth: so many seconds later the same call succeeds', async () => {
    const mobile = shop.newMobile();
    const captchas = [await shop.seededCaptcha(), await shop.seededCaptcha()];
    // At once, so that on a busy machine the second is not late.
    const answers = await Promise.all(captchas.map((captcha) => api.sendSmsCode({ mobile, ...captcha })));
    const refused = answers.find(({ reason }) => reason === 'TOO_FREQUENT');
    await seconds(Number(refused?.retryAfter));
    expect(await api.sendSmsCode({ mobile, ...(await shop.seededCaptcha()) })).toMatchObject({ reason: 'OK' });
  });
});
