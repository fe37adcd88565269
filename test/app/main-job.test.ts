import { CAPTCHA_LETTERS } from '../../src/captcha/alphabet';
import { type ApiClient, captchaOf, type Payload } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const PNG_URI = /^data:image\/png;base64,[A-Za-z0-9+/]+=*$/;
const PNG_SIGNATURE = '89504e470d0a1a0a';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const HOUR = 3600;
const DAY = 24 * HOUR;

describeWithRedis('The main job, on a real Redis and a provider on the loopback', () => {
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

  describe('a captcha', () => {
    test('comes as a PNG in a data URI, under a random UUID, good for 300 s', async () => {
      const { image, uuid, ...rest } = await api.imageCaptcha();
      expect(rest).toEqual({ code: 200, errmsg: '获取图形验证码成功', reason: 'OK', retryAfter: null, expiresIn: 300 });
      expect(uuid).toMatch(UUID);
      expect(image).toMatch(PNG_URI);
      const png = Buffer.from(String(image).split(',')[1] ?? '', 'base64');
      expect(png.subarray(0, 8).toString('hex')).toBe(PNG_SIGNATURE);
    });

    test('stands under img:{uuid} for 300 s, in letters that nobody mixes up', async () => {
      const { uuid } = await api.imageCaptcha();
      expect(await captchaOf(shop.redis, uuid)).toMatch(new RegExp(`^[${CAPTCHA_LETTERS}]{5}$`));
      const ttl = await shop.redis.pttl(`img:${uuid}`);
      expect(ttl).toBeGreaterThan(290_000);
      expect(ttl).toBeLessThanOrEqual(300_000);
    });

    test('comes as speech where that is asked for, in either language, and is answered like a picture', async () => {
      for (const language of ['zh', 'en']) {
        const { body } = await shop
          .api(0, { 'accept-language': language })
          .query('{ imageCaptcha(kind: AUDIO) { reason uuid image audio } }');
        const { uuid, audio, ...rest } = body.data?.imageCaptcha ?? ({} as Payload);
        expect(rest).toEqual({ reason: 'OK', image: null });
        expect(audio).toMatch(/^data:audio\/wav;base64,UklGR/);
        expect(String(audio).length).toBeLessThanOrEqual(100_000);
        const imageCode = await captchaOf(shop.redis, String(uuid));
        expect(imageCode).toMatch(/^\d{6}$/);
        const sent = await api.sendSmsCode({ mobile: shop.newMobile(), imageCode, uuid: String(uuid) });
        expect(sent.reason).toBe('OK');
      }
    });

    test('never comes twice', async () => {
      const captchas = await Promise.all(Array.from({ length: 50 }, () => api.imageCaptcha()));
      expect(new Set(captchas.map(({ uuid }) => uuid)).size).toBe(50);
      expect(new Set(captchas.map(({ image }) => image)).size).toBe(50);
      const texts = await Promise.all(captchas.map(({ uuid }) => captchaOf(shop.redis, uuid)));
      // Hundreds of thousands of texts: a third equal pair in 50 would be a source of chance that is broken.
      expect(new Set(texts).size).toBeGreaterThanOrEqual(48);
    });
  });

  describe('captcha, message, code', () => {
    test('given the answer in the other case and between blanks, the message comes and its code confirms the mobile once', async () => {
      const mobile = shop.newMobile();
      const { uuid, imageCode } = await shop.solved();

      const sent = await api.sendSmsCode({ mobile, imageCode: `  ${imageCode.toLowerCase()}\t\n`, uuid });

      expect(sent).toEqual({
        code: 200,
        errmsg: '发送短信成功',
        reason: 'OK',
        retryAfter: 60,
        expiresIn: 300,
        smsId: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      expect(shop.standIn.accepted).toEqual([
        { mobile, code: expect.stringMatching(/^\d{6}$/), id: expect.stringMatching(/^[0-9a-f]{32}$/) },
      ]);
      // What a person tells support is what the log knows the message by.
      await waitUntil('the log names the message', () =>
        shop.server.logs.some(({ msg, smsId }) => msg === 'SMS accepted' && smsId === sent.smsId),
      );
      const { body } = shop.standIn.requests.at(-1) ?? {};
      expect(JSON.parse(body ?? '')).toMatchObject({ to: mobile, templateId: '1', datas: [shop.lastCode(), '5'] });

      const verified = await api.verifySmsCode(mobile, ` ${shop.lastCode()} `, uuid);
      expect(verified).toEqual({
        code: 200,
        errmsg: '手机号验证成功',
        reason: 'OK',
        retryAfter: null,
        attemptsLeft: null,
      });

      const again = await api.verifySmsCode(mobile, shop.lastCode(), uuid);
      expect(again).toEqual({
        code: 400,
        errmsg: '短信验证码失效',
        reason: 'SMS_CODE_EXPIRED',
        retryAfter: null,
        attemptsLeft: null,
      });
    });

    test('given a client that prefers English, every step speaks English', async () => {
      const mobile = shop.newMobile();
      const captcha = await english.imageCaptcha();
      expect(captcha.errmsg).toBe('Captcha issued');
      const imageCode = await captchaOf(shop.redis, captcha.uuid);
      expect(await english.sendSmsCode({ mobile, imageCode, uuid: String(captcha.uuid) })).toMatchObject({
        code: 200,
        errmsg: 'The message has been sent',
      });
      expect(await english.verifySmsCode(mobile, shop.lastCode(), String(captcha.uuid))).toMatchObject({
        code: 200,
        errmsg: 'The mobile number is confirmed',
      });
    });

    test('the keys hold what other services read, for as long as they may read it', async () => {
      const mobile = shop.newMobile();
      const captcha = await shop.solved();
      await api.sendSmsCode({ mobile, ...captcha });

      expect(await shop.redis.get(`sms:${mobile}`)).toBe(shop.lastCode());
      const keys = await shop.keys(`*${mobile}*`);
      expect(keys).toEqual([
        `sms:${mobile}`,
        `{sms:${mobile}}:cooldown`,
        `{sms:${mobile}}:day`,
        `{sms:${mobile}}:hour`,
        `{sms:${mobile}}:latest`,
        `{sms:${mobile}}:request:${captcha.uuid}`,
      ]);
      const seconds = [300, 60, DAY, HOUR, 300, 300];
      for (const [i, key] of keys.entries()) {
        const [ttl, full] = [await shop.redis.pttl(key), (seconds[i] ?? 0) * 1000];
        expect(ttl).toBeGreaterThan(full - 10_000);
        expect(ttl).toBeLessThanOrEqual(full);
      }
    });
  });

  describe('another service of the shop on the same Redis, in plain commands', () => {
    test('reads img:{uuid} and deletes it: the captcha is then spent here as well', async () => {
      const { uuid } = await api.imageCaptcha();
      const text = await shop.redis.call('GET', `img:${uuid}`);
      expect(text).toMatch(/^[A-Z0-9]{5}$/);
      await shop.redis.call('DEL', `img:${uuid}`);
      const late = { mobile: shop.newMobile(), uuid: String(uuid), imageCode: String(text) };
      expect(await api.sendSmsCode(late)).toMatchObject({ reason: 'CAPTCHA_EXPIRED' });
    });

    test('issues a captcha of its own: it is taken here', async () => {
      await shop.redis.call('SETEX', 'img:django-1', 300, 'QwZx');
      expect(await api.sendSmsCode({ mobile: shop.newMobile(), uuid: 'django-1', imageCode: 'qwzX' })).toMatchObject({
        reason: 'OK',
      });
    });

    test('reads the code that was sent here', async () => {
      const mobile = shop.newMobile();
      await api.sendSmsCode({ mobile, ...(await shop.solved()) });
      expect(await shop.redis.call('GET', `sms:${mobile}`)).toBe(shop.lastCode());
      expect(Number(await shop.redis.call('TTL', `sms:${mobile}`))).toBeGreaterThan(290);
    });
  });
});
