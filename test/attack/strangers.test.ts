import { ApiClient, type Payload } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

/** STRANGER_GUESSES=10000 takes minutes, and shows the same. */
const GUESSES = Number(process.env.STRANGER_GUESSES ?? 2_000);
/** Calls of each kind, in turns: what a stranger could time. */
const TIMED_PAIRS = GUESSES / 5;
const PATIENCE_MS = 60_000 + GUESSES * 40;
const LANES = 16;
/** Far above what two equal piles of calls differ by, and far below what a second trip to Redis would cost. */
const MOST_DIFFERENCE = 0.2;

const sixDigits = (n: number): string => String(n % 1_000_000).padStart(6, '0');

describeWithRedis('A stranger who knows a mobile, and no request of it', () => {
  let shop: Shop;
  let owner: ApiClient;

  beforeAll(async () => {
    // Every address has its own hundred and twenty guesses: a stranger with many addresses is not stopped by that.
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, VERIFY_PER_CLIENT_HOUR: '120', TRUST_PROXY: '1' });
    owner = from(0);
  }, 60_000);

  afterAll(() => shop?.close());

  /** A client at an address of its own. */
  function from(client: number): ApiClient {
    return shop.api(0, { 'x-forwarded-for': `203.0.${client >> 8}.${client & 255}` });
  }

  async function requested(): Promise<{ mobile: string; uuid: string; code: string }> {
    const mobile = shop.newMobile();
    const captcha = await shop.seededCaptcha();
    expect(await owner.sendSmsCode({ mobile, ...captcha })).toMatchObject({ reason: 'OK' });
    return { mobile, uuid: captcha.uuid, code: shop.lastCode() };
  }

  /** All that is stored of a mobile, to the byte, but its history for operators. */
  async function stored(mobile: string): Promise<Record<string, string | undefined>> {
    const keys = await shop.keys(`*${mobile}*`);
    const values = await Promise.all(keys.map((key) => shop.redis.getBuffer(key)));
    return Object.fromEntries(keys.map((key, i) => [key, values[i]?.toString('hex')]));
  }

  test(
    `${GUESSES} guesses: nothing of the mobile moves, and the owner has all five tries`,
    async () => {
      const { mobile, uuid, code } = await requested();
      const silent = shop.newMobile();
      const before = await stored(mobile);
      const answers = new Map<string, number>();
      let next = 0;
      const lane = async () => {
        while (next < GUESSES) {
          const n = next++;
          // With a name that never was, with none, and now and then with the very code.
          const named = n % 2 ? `stranger-${n}` : undefined;
          const smsCode = n % 10 ? sixDigits(n * 7919) : code;
          const purpose = n % 3 ? undefined : 'LOGIN';
          const answer = await from(1 + (n % 200)).verifySmsCode(n % 4 ? mobile : silent, smsCode, named, purpose);
          const text = JSON.stringify(answer);
          answers.set(text, (answers.get(text) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));

      // One and the same answer for everything.
      expect([...answers.keys()].map((text) => JSON.parse(text))).toEqual([
        { code: 400, errmsg: '短信验证码失效', reason: 'SMS_CODE_EXPIRED', retryAfter: null, attemptsLeft: null },
      ]);
      expect(await stored(mobile)).toEqual(before);
      expect(await stored(silent)).toEqual({});
      for (const attemptsLeft of [4, 3, 2, 1]) {
        const wrong = await owner.verifySmsCode(mobile, sixDigits(Number(code) + 1), uuid);
        expect(wrong).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft });
      }
      expect(await owner.verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
    },
    PATIENCE_MS,
  );

  test('who solves a captcha of their own, for the same mobile, voids no code and learns none', async () => {
    const { mobile, uuid, code } = await requested();
    await shop.redis.del(`{sms:${mobile}}:cooldown`);
    const captcha = await shop.seededCaptcha();
    expect(await from(7).sendSmsCode({ mobile, ...captcha })).toMatchObject({ reason: 'OK' });
    const theirs = shop.lastCode();
    // Five wrong ones void the stranger's own request.
    for (let n = 0; n < 5; n++) await from(7).verifySmsCode(mobile, sixDigits(Number(theirs) + 1), captcha.uuid);
    const again = await from(7).verifySmsCode(mobile, theirs, captcha.uuid);
    expect(again).toMatchObject({ reason: 'SMS_CODE_LOCKED', retryAfter: null });
    expect(await owner.verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
  });

  test(
    `a live and a silent mobile can't be told apart by the time it takes, over ${TIMED_PAIRS} calls of each`,
    async () => {
      // Without limits, so that one connection after the other does the same work.
      const server: ServerProcess = await startServer({ ...shop.environment, VERIFY_PER_CLIENT_HOUR: '0' });
      const stranger = new ApiClient(server.url);
      const { mobile: live } = await requested();
      const silent = shop.newMobile();
      const timed = async (mobile: string): Promise<{ took: number; answer: Payload }> => {
        const begun = performance.now();
        const answer = await stranger.verifySmsCode(mobile, '123456', '6f1c0000-0000-4000-8000-000000000000');
        return { took: performance.now() - begun, answer };
      };
      for (let i = 0; i < 100; i++) await timed(i % 2 ? live : silent);
      const times = { live: [] as number[], silent: [] as number[] };
      for (let i = 0; i < TIMED_PAIRS; i++) {
        const pair = [
          ['live', live],
          ['silent', silent],
        ] as const;
        // Neither is always the first.
        for (const [kind, mobile] of i % 2 ? pair : [...pair].reverse()) {
          const { took, answer } = await timed(mobile);
          expect(answer.reason).toBe('SMS_CODE_EXPIRED');
          times[kind].push(took);
        }
      }
      await server.stop();
      const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
      const [ofLive, ofSilent] = [median(times.live), median(times.silent)];
      expect(Math.abs(ofLive - ofSilent) / ofSilent).toBeLessThan(MOST_DIFFERENCE);
    },
    PATIENCE_MS,
  );
});
