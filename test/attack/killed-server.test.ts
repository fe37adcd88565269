import { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { seededRandom } from '../harness/seeded-random';
import { type ServerProcess, startServer } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

const ROUNDS = 15;
const SENDS = 24;
const SEED = 20_261_122;

async function timed(run: () => Promise<void>): Promise<number> {
  await run();
  const started = performance.now();
  await run();
  return performance.now() - started;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeWithRedis('A server that is killed in the middle of sending', () => {
  let shop: Shop;
  let victim: ServerProcess | undefined;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: '0' });
  }, 60_000);

  afterAll(async () => {
    await victim?.stop();
    await shop?.close();
  });

  test(`${ROUNDS} times, at any instant: at most one message a captcha, every key has an end, and another server goes on`, async () => {
    const random = seededRandom(SEED);
    // How long a whole batch takes here and now, so that the kills fall into it on a slow machine too.
    const batchMs = await timed(async () => {
      const sends = Array.from({ length: SENDS }, async () => ({
        mobile: shop.newMobile(),
        ...(await shop.seededCaptcha()),
      }));
      await Promise.all(sends.map(async (send) => shop.api().sendSmsCode(await send)));
    });
    shop.newMessages();
    const cutOff: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      victim = await startServer(shop.environment);
      const api = new ApiClient(victim.url);
      // Its first request compiles and connects; what is to be interrupted is the work itself.
      await api.sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) });
      shop.newMessages();
      shop.standIn.behave('accept', { latencyMs: Math.floor(random() * 12) });
      const sends = await Promise.all(
        Array.from({ length: SENDS }, async () => ({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) })),
      );

      const answers = sends.map((send) => api.sendSmsCode(send).catch(() => undefined));
      await pause(random() * 2 * batchMs);
      await victim.stop();
      const settled = await Promise.all(answers);
      cutOff.push(settled.filter((answer) => answer === undefined).length);
      await pause(20);

      // Whoever got no answer tries again elsewhere, with what they have.
      shop.standIn.behave('accept');
      const tried = await Promise.all(sends.map((send) => shop.api().sendSmsCode(send)));

      const reached = shop.newMessages().map(({ mobile }) => mobile);
      expect(new Set(reached).size).toBe(reached.length);
      for (const [i, { reason }] of tried.entries()) {
        // A captcha that the killed server had taken is spent; one that it had not sends here.
        expect(['CAPTCHA_EXPIRED', 'OK']).toContain(reason);
        if (reason === 'OK') expect(reached).toContain(sends[i]?.mobile);
      }
      expect(await shop.endlessKeys()).toEqual([]);
      // No lock is left: a new captcha sends to each mobile once its cooldown is over.
      const { mobile } = sends[0] ?? { mobile: '' };
      await shop.redis.del(`{sms:${mobile}}:cooldown`);
      expect(await shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) })).toMatchObject({ reason: 'OK' });
      shop.newMessages();
    }
    // The rounds were worth it: some sends were cut off, and not all of them.
    const total = cutOff.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(ROUNDS * SENDS);
  }, 120_000);
});
