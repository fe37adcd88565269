import type { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const wrong = (code: string): string => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));
const OK = { reason: 'OK' };
const EXPIRED = { reason: 'SMS_CODE_EXPIRED', attemptsLeft: null, retryAfter: null };

interface Request {
  uuid: string;
  code: string;
}

describeWithRedis('A code belongs to the request that asked for it, and to its purpose', () => {
  let shop: Shop;
  let api: ApiClient;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_COOLDOWN_SECONDS: '0' });
    api = shop.api();
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(() => {
    shop.standIn.behave('accept');
    shop.newMessages();
  });

  /** A request whose message went out; its code is like none of `others`. */
  async function request(mobile: string, purpose?: string, ...others: Request[]): Promise<Request> {
    const { uuid, imageCode } = await shop.solved();
    expect(await api.sendSmsCode({ mobile, uuid, imageCode, purpose })).toMatchObject(OK);
    const made = { uuid, code: shop.lastCode() };
    // Once in a million.
    return others.some(({ code }) => code === made.code) ? request(mobile, purpose, ...others) : made;
  }

  const standing = (mobile: string) => shop.redis.get(`sms:${mobile}`);

  test('two requests for one mobile: each code works with its own uuid only; after one is right both are gone, and sms:{mobile} with them', async () => {
    for (const [right, left] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const mobile = shop.newMobile();
      const first = await request(mobile);
      const requests = [first, await request(mobile, undefined, first)] as const;
      expect(await standing(mobile)).toBe(requests[1].code);
      for (const n of [0, 1] as const) {
        const guess = await api.verifySmsCode(mobile, requests[1 - n]?.code ?? '', requests[n].uuid);
        expect(guess).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
      }
      expect(await api.verifySmsCode(mobile, requests[right].code, requests[right].uuid)).toMatchObject(OK);
      expect(await standing(mobile)).toBeNull();
      for (const n of [left, right] as const) {
        expect(await api.verifySmsCode(mobile, requests[n].code, requests[n].uuid)).toMatchObject(EXPIRED);
      }
      // A new one is good at once.
      const next = await request(mobile);
      expect(await api.verifySmsCode(mobile, next.code, next.uuid)).toMatchObject(OK);
    }
  });

  test('each request has five tries of its own', async () => {
    const mobile = shop.newMobile();
    const first = await request(mobile);
    const second = await request(mobile);
    for (const { uuid, code } of [first, second]) {
      for (const attemptsLeft of [4, 3, 2, 1]) {
        expect(await api.verifySmsCode(mobile, wrong(code), uuid)).toMatchObject({ attemptsLeft });
      }
    }
    expect(await api.verifySmsCode(mobile, wrong(first.code), first.uuid)).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
    // The void one is not the latest: other services still read that.
    expect(await standing(mobile)).toBe(second.code);
    expect(await api.verifySmsCode(mobile, second.code, second.uuid)).toMatchObject(OK);
  });

  test('a code to register is SMS_CODE_EXPIRED to reset a password, costs none of its tries, and works to register afterwards', async () => {
    const mobile = shop.newMobile();
    const { uuid, code } = await request(mobile, 'REGISTER');
    for (const purpose of ['RESET_PASSWORD', 'LOGIN', 'CHANGE_MOBILE', 'CONFIRM_PAYMENT', 'GENERIC']) {
      for (const guess of [code, wrong(code)])
        expect(await api.verifySmsCode(mobile, guess, uuid, purpose)).toMatchObject(EXPIRED);
    }
    expect(await shop.redis.exists(`{sms:${mobile}}:failures`)).toBe(0);
    const guess = await api.verifySmsCode(mobile, wrong(code), uuid);
    expect(guess).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    // Who leaves the purpose out means to register.
    expect(await api.verifySmsCode(mobile, code, uuid)).toMatchObject(OK);
  });

  test('a right code ends those of its own purpose only', async () => {
    const mobile = shop.newMobile();
    const register = await request(mobile, 'REGISTER');
    const login = await request(mobile, 'LOGIN', register);
    expect(await api.verifySmsCode(mobile, register.code, register.uuid, 'REGISTER')).toMatchObject(OK);
    // The latest is another's: other services still read it.
    expect(await standing(mobile)).toBe(login.code);
    expect(await api.verifySmsCode(mobile, login.code, login.uuid, 'LOGIN')).toMatchObject(OK);
    expect(await standing(mobile)).toBeNull();
  });

  test('the caps of a mobile are shared by all purposes', async () => {
    const mobile = shop.newMobile();
    for (const purpose of ['REGISTER', 'LOGIN', 'RESET_PASSWORD', 'GENERIC', 'LOGIN']) await request(mobile, purpose);
    const more = await api.sendSmsCode({ mobile, ...(await shop.solved()), purpose: 'CHANGE_MOBILE' });
    expect(more).toMatchObject({ reason: 'QUOTA_EXCEEDED' });
  });

  test.each(['refuse', 'throttle', 'misconfigured'] as const)(
    'a resend that the provider refuses (%s) leaves the earlier code good, and sms:{mobile} as it was',
    async (mode) => {
      const mobile = shop.newMobile();
      const { uuid, code } = await request(mobile);
      await shop.redis.pexpire(`sms:${mobile}`, 200_000);
      const keys = await shop.keys(`*${mobile}*`);
      shop.standIn.behave(mode);

      const again = await shop.solved();
      expect(await api.sendSmsCode({ mobile, ...again })).toMatchObject({ reason: 'SMS_REJECTED' });

      expect(await standing(mobile)).toBe(code);
      const left = await shop.redis.pttl(`sms:${mobile}`);
      expect(left).toBeGreaterThan(190_000);
      expect(left).toBeLessThanOrEqual(200_000);
      expect(await shop.keys(`*${mobile}*`)).toEqual(keys);
      expect(await api.verifySmsCode(mobile, code, again.uuid)).toMatchObject(EXPIRED);
      expect(await api.verifySmsCode(mobile, code, uuid)).toMatchObject(OK);
      expect(await standing(mobile)).toBeNull();
    },
  );

  test('a code that was used while another message was under way is not put back when that one is refused', async () => {
    const mobile = shop.newMobile();
    const first = await request(mobile, 'REGISTER');
    shop.standIn.behave('refuse', { latencyMs: 500 });
    const asked = shop.standIn.requests.length;
    const second = api.sendSmsCode({ mobile, ...(await shop.seededCaptcha()), purpose: 'LOGIN' });
    await waitUntil('the provider is asked', () => shop.standIn.requests.length > asked);
    expect(await api.verifySmsCode(mobile, first.code, first.uuid, 'REGISTER')).toMatchObject(OK);
    expect(await second).toMatchObject({ reason: 'SMS_REJECTED' });
    expect(await standing(mobile)).toBeNull();
  });

  test('a resend that stays unconfirmed: both codes are good', async () => {
    const mobile = shop.newMobile();
    const first = await request(mobile);
    shop.standIn.behave('http-500');
    expect(await api.sendSmsCode({ mobile, ...(await shop.solved()) })).toMatchObject({ reason: 'SMS_UNCONFIRMED' });
    expect(await api.verifySmsCode(mobile, first.code, first.uuid)).toMatchObject(OK);
  });

  test('the names are for machines: an unknown purpose is a malformed request, and nothing happens', async () => {
    const captcha = await shop.solved();
    const { status, body } = await api.query(
      'mutation ($uuid: String!) { sendSmsCode(mobile: "13800138000", imageCode: "x", uuid: $uuid, purpose: PIGEON) { code } }',
      { uuid: captcha.uuid },
    );
    expect({ status, code: body.errors?.[0]?.extensions.code }).toEqual({
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
    expect(await shop.redis.get(`img:${captcha.uuid}`)).toBe(captcha.imageCode);
  });
});

describeWithRedis('Codes that other services wrote under sms:{mobile}', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, VERIFY_FOREIGN_CODES: 'true' }, 2);
  }, 60_000);

  afterAll(() => shop?.close());

  test('are checked without a uuid, guessed at five times at most, and consumed', async () => {
    const api = shop.api();
    const mobile = shop.newMobile();
    await shop.redis.call('SETEX', `sms:${mobile}`, 300, '004711');
    const guess = await api.verifySmsCode(mobile, '004712', undefined);
    expect(guess).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    expect(await api.verifySmsCode(mobile, '004711', 'some-name')).toMatchObject(EXPIRED);
    expect(await api.verifySmsCode(mobile, '004711', undefined)).toMatchObject(OK);
    expect(await shop.redis.call('EXISTS', `sms:${mobile}`)).toBe(0);
  });

  test('without an end, guessed at 60 times at once: five are tried', async () => {
    const mobile = shop.newMobile();
    await shop.redis.set(`sms:${mobile}`, '004711');
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => shop.api(n).verifySmsCode(mobile, '004712', undefined)),
    );
    const tried = answers
      .filter(({ reason }) => reason === 'SMS_CODE_MISMATCH')
      .map(({ attemptsLeft }) => attemptsLeft);
    expect(tried.sort()).toEqual([1, 2, 3, 4]);
    expect(answers.filter(({ reason }) => reason === 'SMS_CODE_LOCKED')).toHaveLength(56);
    expect(await shop.api().verifySmsCode(mobile, '004711', undefined)).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
  });

  test('a code of ours is not one of them: without its uuid it is SMS_CODE_EXPIRED, and costs no try', async () => {
    const api = shop.api();
    const mobile = shop.newMobile();
    const captcha = await shop.seededCaptcha();
    expect(await api.sendSmsCode({ mobile, ...captcha })).toMatchObject(OK);
    const code = shop.lastCode();
    for (const guess of [code, wrong(code)])
      expect(await api.verifySmsCode(mobile, guess, undefined)).toMatchObject(EXPIRED);
    const guess = await api.verifySmsCode(mobile, wrong(code), captcha.uuid);
    expect(guess).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
    expect(await api.verifySmsCode(mobile, code, captcha.uuid)).toMatchObject(OK);
  });
});

describeWithRedis('Unless VERIFY_FOREIGN_CODES says so', () => {
  test('a code that another service wrote is not checked, and stays', async () => {
    const shop = await Shop.open();
    const mobile = shop.newMobile();
    await shop.redis.call('SETEX', `sms:${mobile}`, 300, '004711');
    expect(await shop.api().verifySmsCode(mobile, '004711', undefined)).toMatchObject(EXPIRED);
    expect(await shop.redis.call('GET', `sms:${mobile}`)).toBe('004711');
    expect(await shop.redis.keys(`{sms:${mobile}}*`)).toEqual([]);
    await shop.close();
  }, 60_000);
});
