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
    const captchas = await Promise.all(Array.from({ length: count }, () => shop.seededCaptcha()));
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

  /** A request of this mobile whose message went out. */
  async function request(shop: Shop, mobile: string): Promise<{ uuid: string; code: string; answer: Payload }> {
    const captcha = await shop.seededCaptcha();
    const answer = await shop.api().sendSmsCode({ mobile, ...captcha });
    return { uuid: captcha.uuid, code: shop.lastCode(), answer };
  }

  test('a new code gives a guesser no new allowance: 7 wrong ones in a row lock the mobile for an hour', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_FAILURES: '7' });
    const mobile = shop.newMobile();
    const first = await request(shop, mobile);
    const guess = (n: number, { uuid, code }: typeof first) => shop.api(n).verifySmsCode(mobile, wrong(code), uuid);

    expect(await guess(0, first)).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    for (let n = 0; n < 3; n++) await guess(n, first);
    expect(await guess(1, first)).toMatchObject({ reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: null });
    const second = await request(shop, mobile);
    expect(second.answer).toMatchObject({ reason: 'OK' });
    // Five for this request, but two for the mobile.
    expect(await guess(0, second)).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 1 });
    const last = await guess(1, second);
    expect(last).toMatchObject({ reason: 'SMS_CODE_LOCKED', attemptsLeft: 0 });
    expectWithin(last.retryAfter, 3570, 3600);
    // Neither the right code nor a new message helps now, and none is sent.
    const right = await shop.api().verifySmsCode(mobile, second.code, second.uuid);
    expect(right).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
    expect(shop.newMessages()).toHaveLength(2);
    const { answer: refused } = await request(shop, mobile);
    expect(refused).toMatchObject({ code: 400, reason: 'SMS_CODE_LOCKED' });
    expectWithin(refused.retryAfter, 3570, 3600);
    expect(shop.newMessages()).toEqual([]);
  });

  test('60 guesses at once at each of three live requests never get past the mobile’s own count', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_FAILURES: '12' });
    const mobile = shop.newMobile();
    const requests = [await request(shop, mobile), await request(shop, mobile), await request(shop, mobile)];
    const answers = await Promise.all(
      Array.from({ length: 180 }, (_, n) => {
        const { uuid, code } = requests[n % 3] as (typeof requests)[number];
        return shop.api(n).verifySmsCode(mobile, wrong(code), uuid);
      }),
    );
    // Of twelve allowed the last locked the mobile, and every fifth at one request that request.
    const tried = answers.filter(({ reason }) => reason === 'SMS_CODE_MISMATCH').length;
    expect(tried).toBeGreaterThanOrEqual(9);
    expect(tried).toBeLessThanOrEqual(11);
    expect(await shop.redis.get(`{sms:${mobile}}:failures`)).toBe('12');
    for (const { uuid, code } of requests) {
      expect(await shop.api().verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
    }
  });

  test('a right code ends the row', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_FAILURES: '3' });
    const mobile = shop.newMobile();
    for (let i = 0; i < 2; i++) {
      const { uuid, code } = await request(shop, mobile);
      for (const attemptsLeft of [2, 1]) {
        const guess = await shop.api().verifySmsCode(mobile, wrong(code), uuid);
        expect(guess).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft });
      }
      expect(await shop.api().verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
    }
  });

  test('4 wrong codes an hour for one client, 12 guesses at once: exactly 4, then not even a right one; another client is free', async () => {
    const environment = { ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0', VERIFY_MAX_ATTEMPTS: '0', TRUST_PROXY: '1' };
    const shop = await open({ ...environment, VERIFY_PER_CLIENT_HOUR: '4' });
    const mobile = shop.newMobile();
    const { uuid, code } = await request(shop, mobile);
    const from = (address: string, n = 0) => shop.api(n, { 'x-forwarded-for': address });
    const guesses = Array.from({ length: RACERS }, (_, n) =>
      from('203.0.113.1', n).verifySmsCode(mobile, wrong(code), uuid),
    );
    const answers = await Promise.all(guesses);
    expect(reasons(answers)).toEqual([...Array(8).fill('QUOTA_EXCEEDED'), ...Array(4).fill('SMS_CODE_MISMATCH')]);
    const refused = await from('203.0.113.1').verifySmsCode(mobile, code, uuid);
    expect(refused).toMatchObject({ code: 400, reason: 'QUOTA_EXCEEDED', attemptsLeft: null });
    expectWithin(refused.retryAfter, 3570, 3600);
    // What was refused was not tried.
    expect(await shop.redis.get(`{sms:${mobile}}:failures`)).toBe('4');
    expect(await from('203.0.113.2').verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
  });

  test('4 guesses without a request an hour for one client, and they leave its own requests alone', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, VERIFY_PER_CLIENT_HOUR: '4' });
    const mobile = shop.newMobile();
    const { uuid, code } = await request(shop, mobile);
    const answers = await Promise.all(
      Array.from({ length: RACERS }, (_, n) => shop.api(n).verifySmsCode(mobile, code, `stranger-${n}`)),
    );
    expect(reasons(answers)).toEqual([...Array(8).fill('QUOTA_EXCEEDED'), ...Array(4).fill('SMS_CODE_EXPIRED')]);
    expect(await shop.api().verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
  });

  test('right codes are not counted: a client that verifies for many people goes on', async () => {
    const shop = await open({ ...NO_CLIENT_LIMITS, VERIFY_PER_CLIENT_HOUR: '2' });
    for (let i = 0; i < 5; i++) {
      const mobile = shop.newMobile();
      const { uuid, code } = await request(shop, mobile);
      expect(await shop.api().verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
    }
  });

  test('whatever is counted has an end', async () => {
    const shop = await open({ SMS_COOLDOWN_SECONDS: '0' });
    const mobile = shop.newMobile();
    await Promise.all([shop.api(0).imageCaptcha(), shop.api(1).imageCaptcha()]);
    await sendAtOnce(shop, 3, () => mobile);
    const { uuid, code } = await request(shop, mobile);
    await Promise.all(Array.from({ length: 3 }, (_, n) => shop.api(n).verifySmsCode(mobile, wrong(code), uuid)));
    await shop.api().verifySmsCode(mobile, code, 'stranger');
    await shop.api().verifySmsCode(mobile, code, uuid);
    expect((await shop.redis.keys('*')).length).toBeGreaterThan(12);
    expect(await shop.endlessKeys()).toEqual([]);
  });
});
