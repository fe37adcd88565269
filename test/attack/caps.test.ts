import type { ApiClient, Payload } from '../harness/api-client';
import { expectWithin } from '../harness/expect-within';
import { describeWithRedis } from '../harness/redis-server';
import type { Environment } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

const RACERS = 12;
const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const reasons = (payloads: readonly Payload[]): string[] => payloads.map(({ reason }) => reason).sort();

describeWithRedis('Caps on two servers with one Redis', () => {
  let shop: Shop | undefined;
  jest.setTimeout(60_000);

  afterEach(async () => {
    await shop?.close();
    shop = undefined;
  });

  async function open(environment: Environment): Promise<Shop> {
    shop = await Shop.open(environment, 2);
    return shop;
  }

  /** So many sends at once, on both servers, each with a captcha of its own. */
  async function sendAtOnce(shop: Shop, count: number, mobile: () => string, client?: (n: number) => ApiClient) {
    const captchas = await Promise.all(Array.from({ length: count }, () => shop.planted()));
    const api = client ?? ((n: number) => shop.api(n));
    return Promise.all(captchas.map((captcha, n) => api(n).sendSmsCode({ mobile: mobile(), ...captcha })));
  }

  const ok = (count: number, rest: string, total = RACERS) =>
    [...Array(count).fill('OK'), ...Array(total - count).fill(rest)].sort();

  test.each<[string, Environment]>([
    ['an hour', { SMS_PER_MOBILE_HOUR: '3' }],
    ['a day', { SMS_PER_MOBILE_HOUR: '0', SMS_PER_MOBILE_DAY: '3' }],
  ])('3 messages %s for one mobile, 12 sends at once: exactly 3', async (_, environment) => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', ...environment });
    const mobile = shop.newMobile();
    const answers = await sendAtOnce(shop, RACERS, () => mobile);
    expect(reasons(answers)).toEqual(ok(3, 'QUOTA_EXCEEDED'));
    expect(shop.newMessages()).toHaveLength(3);
    const [another] = await sendAtOnce(shop, 1, () => shop.newMobile());
    expect(another?.reason).toBe('OK');
  });

  test('3 messages an hour for one client, 12 sends at once to as many mobiles: exactly 3, also for one that forges its address', async () => {
    const shop = await open({ SMS_PER_CLIENT_HOUR: '3', CAPTCHA_PER_CLIENT_MINUTE: '0' });
    const forged = (n: number) => shop.api(n, { 'x-forwarded-for': `203.0.113.${n}`, 'x-real-ip': `203.0.113.${n}` });
    const answers = await sendAtOnce(shop, RACERS, () => shop.newMobile(), forged);
    expect(reasons(answers)).toEqual(ok(3, 'QUOTA_EXCEEDED'));
    expect(shop.newMessages()).toHaveLength(3);
    for (const { reason, retryAfter } of answers) {
      if (reason === 'QUOTA_EXCEEDED') expectWithin(retryAfter, 3570, 3600);
    }
  });

  test('3 captchas a minute for one client, 12 at once: exactly 3, and no more than 3 keys', async () => {
    const shop = await open({ CAPTCHA_PER_CLIENT_MINUTE: '3' });
    const answers = await Promise.all(Array.from({ length: RACERS }, (_, n) => shop.api(n).imageCaptcha()));
    expect(reasons(answers)).toEqual(ok(3, 'QUOTA_EXCEEDED'));
    expect(await shop.redis.keys('img:*')).toHaveLength(3);
    for (const { reason, uuid, image, retryAfter } of answers) {
      if (reason === 'QUOTA_EXCEEDED') {
        expect({ uuid, image }).toEqual({ uuid: null, image: null });
        expectWithin(retryAfter, 30, 60);
      }
    }
  });

  test('a budget of 10, 24 sends at once: exactly 10, then nothing more; one warning at the eighth', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: '10' });
    const answers = await sendAtOnce(shop, 24, () => shop.newMobile());
    expect(reasons(answers)).toEqual(ok(10, 'QUOTA_EXCEEDED', 24));
    const more = await sendAtOnce(shop, 4, () => shop.newMobile());
    expect(reasons(more)).toEqual(Array(4).fill('QUOTA_EXCEEDED'));
    expect(shop.newMessages()).toHaveLength(10);
    const warnings = shop.servers.flatMap(({ logs }) => logs).filter(({ msg }) => msg.includes('budget'));
    expect(warnings).toEqual([expect.objectContaining({ level: 40, used: 8, budget: 10 })]);
  });

  test('a new code gives a guesser no new allowance: 7 wrong ones in a row lock the mobile for an hour', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_FAILURES: '7' });
    const mobile = shop.newMobile();
    const guess = (n: number) => shop.api(n).verifySmsCode(mobile, wrong(shop.lastCode()));
    const send = async () => (await sendAtOnce(shop, 1, () => mobile))[0];

    await send();
    expect(await guess(0)).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    for (let n = 0; n < 3; n++) await guess(n);
    expect(await guess(1)).toMatchObject({ reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: null });
    expect(await send()).toMatchObject({ reason: 'OK' });
    // Five for this code, but two for the mobile.
    expect(await guess(0)).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 1 });
    const last = await guess(1);
    expect(last).toMatchObject({ reason: 'SMS_CODE_LOCKED', attemptsLeft: 0 });
    expectWithin(last.retryAfter, 3570, 3600);
    // Neither the right code nor a new message helps now, and none is sent.
    expect(await shop.api().verifySmsCode(mobile, shop.lastCode())).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
    expect(shop.newMessages()).toHaveLength(2);
    const refused = await send();
    expect(refused).toMatchObject({ code: 400, reason: 'SMS_CODE_LOCKED' });
    expectWithin(refused?.retryAfter, 3570, 3600);
    expect(shop.newMessages()).toEqual([]);
  });

  test('60 guesses at once over three codes never get past the mobile’s own count', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_FAILURES: '12' });
    const mobile = shop.newMobile();
    let tried = 0;
    for (let i = 0; i < 3; i++) {
      await sendAtOnce(shop, 1, () => mobile);
      const code = shop.lastCode();
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, n) => shop.api(n).verifySmsCode(mobile, wrong(code))),
      );
      tried += answers.filter(({ reason }) => reason === 'SMS_CODE_MISMATCH').length;
    }
    // Of twelve allowed, three were the ones that locked: twice the code, once the mobile.
    expect(tried).toBe(9);
    expect(await shop.redis.get(`{sms:${mobile}}:failures`)).toBe('12');
  });

  test('a right code ends the row', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_FAILURES: '3' });
    const mobile = shop.newMobile();
    for (let i = 0; i < 2; i++) {
      await sendAtOnce(shop, 1, () => mobile);
      for (const attemptsLeft of [2, 1]) {
        const guess = await shop.api().verifySmsCode(mobile, wrong(shop.lastCode()));
        expect(guess).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft });
      }
      expect(await shop.api().verifySmsCode(mobile, shop.lastCode())).toMatchObject({ reason: 'OK' });
    }
  });

  test('whatever is counted has an end', async () => {
    const shop = await open({ SMS_COOLDOWN_SECONDS: '0' });
    const mobile = shop.newMobile();
    await Promise.all([shop.api(0).imageCaptcha(), shop.api(1).imageCaptcha()]);
    await sendAtOnce(shop, 4, () => mobile);
    await Promise.all(Array.from({ length: 3 }, (_, n) => shop.api(n).verifySmsCode(mobile, wrong(shop.lastCode()))));
    const keys = await shop.redis.keys('*');
    expect(keys.length).toBeGreaterThan(7);
    for (const key of keys) expect([key, (await shop.redis.pttl(key)) > 0]).toEqual([key, true]);
  });
});
