import type { Environment } from '../harness/server-process';
import { NO_CLIENT_LIMITS } from '../harness/shop';
import { type ReplicatedRedis, ReplicatedShop, tally } from './replicated-shop';

const RACERS = 50;

/** The address of every request of these tests shares one client, so its limits are off unless they are what is tested. */
const OPEN: Environment = { ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: '0' };

/** What two servers on a replicated Redis do exactly as one server on one Redis does. */
export function describeMainJob<R extends ReplicatedRedis>(
  start: () => Promise<R>,
  more: (shop: () => ReplicatedShop<R>) => void = () => undefined,
): void {
  let shop: ReplicatedShop<R>;
  jest.setTimeout(60_000);
  beforeAll(async () => {
    shop = await ReplicatedShop.open(start, OPEN);
  });
  afterAll(() => shop?.close());
  beforeEach(() => {
    shop.standIn.behave('accept');
    shop.newMessages();
  });

  test('given servers that just started, when 50 requests come at once, then none is turned away', async () => {
    const captchas = await Promise.all(Array.from({ length: RACERS }, (_, n) => shop.api(n).imageCaptcha()));
    expect(tally(captchas)).toEqual({ OK: RACERS });
    expect(await shop.readiness()).toEqual([200, 200]);
  });

  test('captcha on one server, message by the other, verification on the first; the keys read as on one Redis', async () => {
    const mobile = shop.newMobile();
    const captcha = await shop.solved();
    expect(await shop.api(1).sendSmsCode({ mobile, ...captcha })).toMatchObject({ reason: 'OK', retryAfter: 60 });
    const [message] = shop.newMessages();
    expect(message?.mobile).toBe(mobile);
    expect(await shop.redis.get(`img:${captcha.uuid}`)).toBeNull();
    expect(await shop.redis.get(`sms:${mobile}`)).toBe(message?.code);
    for (const name of ['cooldown', 'hour', 'day'])
      expect(await shop.redis.pttl(`{sms:${mobile}}:${name}`)).toBeGreaterThan(50_000);
    const code = String(message?.code);
    expect(await shop.api(0).verifySmsCode(mobile, code, captcha.uuid)).toMatchObject({ reason: 'OK' });
    const again = await shop.api(1).verifySmsCode(mobile, code, captcha.uuid);
    expect(again).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
  });

  test('given two requests of one mobile, then each is confirmed by its own code only, and one right code ends both', async () => {
    const mobile = shop.newMobile();
    const requests: { uuid: string; code: string }[] = [];
    for (const captcha of await shop.seededCaptchas(2)) {
      await shop.redis.del(`{sms:${mobile}}:cooldown`);
      expect(await shop.api(requests.length).sendSmsCode({ mobile, ...captcha })).toMatchObject({ reason: 'OK' });
      requests.push({ uuid: captcha.uuid, code: String(shop.newMessages()[0]?.code) });
    }
    const [first, second] = requests as [(typeof requests)[0], (typeof requests)[0]];
    const verify = (code: string, uuid: string, purpose?: string) =>
      shop.api(1).verifySmsCode(mobile, code, uuid, purpose);
    expect(await verify(first.code, first.uuid, 'LOGIN')).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
    expect(await verify(first.code, 'stranger')).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
    // A one in a million: both codes are alike.
    if (first.code !== second.code)
      expect(await verify(second.code, first.uuid)).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    expect(await verify(first.code, first.uuid)).toMatchObject({ reason: 'OK' });
    expect(await verify(second.code, second.uuid)).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
    expect(await shop.redis.exists(`sms:${mobile}`)).toBe(0);
  });

  test('given 50 replays of one captcha, for one mobile or for 50, when they race, then one message goes out', async () => {
    for (let round = 0; round < 5; round++) {
      for (const mobiles of [1, RACERS]) {
        const [captcha] = await shop.seededCaptchas(1);
        const to = Array.from({ length: mobiles }, () => shop.newMobile());
        const sends = Array.from({ length: RACERS }, (_, n) =>
          shop.api(n).sendSmsCode({ mobile: to[n % mobiles] ?? '', uuid: '', imageCode: '', ...captcha }),
        );
        expect(tally(await Promise.all(sends))).toEqual({ OK: 1, CAPTCHA_EXPIRED: RACERS - 1 });
        expect(shop.newMessages()).toHaveLength(1);
      }
    }
  });

  test('given 50 captchas for one mobile, when they race, then one message goes out', async () => {
    for (let round = 0; round < 5; round++) {
      const mobile = shop.newMobile();
      expect(tally(await shop.sendAtOnce(RACERS, () => mobile))).toEqual({ OK: 1, TOO_FREQUENT: RACERS - 1 });
      expect(shop.newMessages()).toHaveLength(1);
    }
  });

  test('given 60 guesses at once, then five are tried and the right one is void', async () => {
    const mobile = shop.newMobile();
    const [captcha = { uuid: '', imageCode: '' }] = await shop.seededCaptchas(1);
    await shop.api().sendSmsCode({ mobile, ...captcha });
    const code = String(shop.newMessages()[0]?.code);
    const wrong = code === '000000' ? '000001' : '000000';
    const guesses = Array.from({ length: 60 }, (_, n) => shop.api(n).verifySmsCode(mobile, wrong, captcha.uuid));
    expect(tally(await Promise.all(guesses))).toEqual({ SMS_CODE_MISMATCH: 4, SMS_CODE_LOCKED: 56 });
    expect(await shop.api().verifySmsCode(mobile, code, captcha.uuid)).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
  });

  test('given lost scripts, when calls go on, then nobody notices', async () => {
    const nodes = 'nodes' in shop.redis ? shop.redis.nodes('master') : [shop.redis];
    for (let round = 0; round < 5; round++) {
      await Promise.all(nodes.map((node) => node.script('FLUSH')));
      expect(tally(await shop.sendAtOnce(10, () => shop.newMobile()))).toEqual({ OK: 10 });
    }
  });

  test('given a cap of 3, when 12 sends race, then exactly 3 go out', async () => {
    await shop.restart({ ...OPEN, SMS_COOLDOWN_SECONDS: '0', SMS_PER_MOBILE_HOUR: '3' });
    const mobile = shop.newMobile();
    expect(tally(await shop.sendAtOnce(12, () => mobile))).toEqual({ OK: 3, QUOTA_EXCEEDED: 9 });
    expect(shop.newMessages()).toHaveLength(3);
  });

  more(() => shop);
}
