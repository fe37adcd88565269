import type { Payload } from '../harness/api-client';
import { expectWithin } from '../harness/expect-within';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

const ROUNDS = 20;
const RACERS = 50;

/** How often each reason came. */
function tally(payloads: readonly Payload[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of payloads) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/** All at once, spread over both servers. */
function race(shop: Shop, count: number, call: (api: ReturnType<Shop['api']>, i: number) => Promise<Payload>) {
  return Promise.all(Array.from({ length: count }, (_, i) => call(shop.api(i), i)));
}

const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

describeWithRedis('Two servers on one Redis, raced', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: '0' }, 2);
    // Connections and query texts of both servers are in use before anything is raced.
    await race(shop, RACERS, (api) => api.imageCaptcha());
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(() => {
    shop.newMessages();
  });

  test(`${RACERS} replays of one captcha for one mobile, ${ROUNDS} rounds: one message each`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const captcha = await shop.seededCaptcha();
      const mobile = shop.newMobile();
      const answers = await race(shop, RACERS, (api) => api.sendSmsCode({ mobile, ...captcha }));
      expect(tally(answers)).toEqual({ OK: 1, CAPTCHA_EXPIRED: RACERS - 1 });
      expect(shop.newMessages()).toEqual([expect.objectContaining({ mobile })]);
    }
  }, 60_000);

  test(`one captcha for ${RACERS} mobiles, ${ROUNDS} rounds: one message each`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const captcha = await shop.seededCaptcha();
      const answers = await race(shop, RACERS, (api) => api.sendSmsCode({ mobile: shop.newMobile(), ...captcha }));
      expect(tally(answers)).toEqual({ OK: 1, CAPTCHA_EXPIRED: RACERS - 1 });
      expect(shop.newMessages()).toHaveLength(1);
    }
  }, 60_000);

  test(`${RACERS} captchas for one mobile, ${ROUNDS} rounds: one message each`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const captchas = await Promise.all(Array.from({ length: RACERS }, () => shop.seededCaptcha()));
      const mobile = shop.newMobile();
      const answers = await race(shop, RACERS, (api, i) =>
        api.sendSmsCode({ mobile, uuid: '', imageCode: '', ...captchas[i] }),
      );
      expect(tally(answers)).toEqual({ OK: 1, TOO_FREQUENT: RACERS - 1 });
      expect(shop.newMessages()).toEqual([expect.objectContaining({ mobile })]);
      for (const { reason, retryAfter } of answers) {
        if (reason === 'TOO_FREQUENT') expectWithin(retryAfter, 30, 60);
      }
    }
  }, 60_000);

  test(`captchas that a server issued itself, ${RACERS} replays: one message`, async () => {
    const captcha = await shop.solved();
    const answers = await race(shop, RACERS, (api) => api.sendSmsCode({ mobile: shop.newMobile(), ...captcha }));
    expect(tally(answers)).toEqual({ OK: 1, CAPTCHA_EXPIRED: RACERS - 1 });
    expect(shop.newMessages()).toHaveLength(1);
  });

  test(`a wrong answer in a race of ${RACERS} with the right one: whichever is first decides, once`, async () => {
    for (let round = 0; round < 5; round++) {
      const captcha = await shop.seededCaptcha();
      const answers = await race(shop, RACERS, (api, i) =>
        api.sendSmsCode({ mobile: shop.newMobile(), ...captcha, ...(i % 2 && { imageCode: 'wrong' }) }),
      );
      const { OK = 0, CAPTCHA_MISMATCH = 0, CAPTCHA_EXPIRED } = tally(answers);
      expect({ first: OK + CAPTCHA_MISMATCH, CAPTCHA_EXPIRED }).toEqual({ first: 1, CAPTCHA_EXPIRED: RACERS - 1 });
      expect(shop.newMessages()).toHaveLength(OK);
    }
  });

  describe('60 guesses at one request', () => {
    async function request(): Promise<{ mobile: string; uuid: string; code: string }> {
      const mobile = shop.newMobile();
      const captcha = await shop.seededCaptcha();
      await shop.api().sendSmsCode({ mobile, ...captcha });
      return { mobile, uuid: captcha.uuid, code: shop.lastCode() };
    }

    test('five are tried, and the right one is void afterwards', async () => {
      for (let round = 0; round < 5; round++) {
        const { mobile, uuid, code } = await request();

        const answers = await race(shop, 60, (api) => api.verifySmsCode(mobile, wrong(code), uuid));

        // The fifth wrong one locks; those after it are not compared.
        expect(tally(answers)).toEqual({ SMS_CODE_MISMATCH: 4, SMS_CODE_LOCKED: 56 });
        const left = answers.filter(({ reason }) => reason === 'SMS_CODE_MISMATCH').map((a) => a.attemptsLeft);
        expect(left.sort()).toEqual([1, 2, 3, 4]);
        expect(await shop.api().verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'SMS_CODE_LOCKED' });
        expect(await shop.redis.get(`{sms:${mobile}}:failures`)).toBe('5');
        expect(await shop.redis.exists(`sms:${mobile}`)).toBe(0);
      }
    });

    test('the right one among 60 is taken once', async () => {
      const { mobile, uuid, code } = await request();
      const answers = await race(shop, 60, (api) => api.verifySmsCode(mobile, code, uuid));
      expect(tally(answers)).toEqual({ OK: 1, SMS_CODE_EXPIRED: 59 });
    });
  });

  test('the right codes of two requests of one purpose, raced: one of them is taken, once', async () => {
    for (let round = 0; round < 5; round++) {
      const mobile = shop.newMobile();
      const requests: { uuid: string; code: string }[] = [];
      for (let i = 0; i < 2; i++) {
        const captcha = await shop.seededCaptcha();
        await shop.redis.del(`{sms:${mobile}}:cooldown`);
        await shop.api().sendSmsCode({ mobile, ...captcha });
        requests.push({ uuid: captcha.uuid, code: shop.lastCode() });
      }
      const answers = await race(shop, RACERS, (api, i) => {
        const { uuid, code } = requests[i % 2] ?? { uuid: '', code: '' };
        return api.verifySmsCode(mobile, code, uuid);
      });
      expect(tally(answers)).toEqual({ OK: 1, SMS_CODE_EXPIRED: RACERS - 1 });
    }
  });
});
