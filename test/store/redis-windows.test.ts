import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type AgedRedis, openAgedRedis } from './aged-redis';
import { granted, reserveSolved, waitOf } from './requests';

/** Short windows, so that they pass while the test looks on, with nothing but Redis's own clock. */
const LENGTH_MS = 500;

describeWithRedis("limits on Redis's own clock", () => {
  let server: RedisServer;
  let redis: AgedRedis;
  beforeAll(async () => {
    server = await startRedis();
    redis = await openAgedRedis(server.url);
  });
  afterAll(async () => {
    await redis.close();
    await server.close();
  });

  test.each([
    ['3, exact', 3, 0],
    ['64, exact', 64, 0],
    ['65, by buckets', 65, Math.ceil(LENGTH_MS / 64)],
    ['200, by buckets', 200, Math.ceil(LENGTH_MS / 64)],
  ])(
    'given a cap of %s, when sends come without a pause, then no window holds more, and who waits as told passes',
    async (name, cap, bucketMs) => {
      const limit: SlidingWindowLimit = {
        rule: 'client-hour',
        subject: { kind: 'client', id: name },
        cap,
        lengthMs: LENGTH_MS,
      };
      let sent = 0;
      const times: number[] = [];
      let waitedAsTold = false;
      while (times.length < 2 * cap + 1) {
        const asked = Date.now();
        const answer = await reserveSolved(redis.store, `${name}-${sent++}`, { limits: [limit] });
        if (answer.status === 'ok') {
          times.push(granted(answer).countedAt[0] ?? 0);
          waitedAsTold = false;
        } else {
          // A refusal right after the time told would be a lie. (Timers may fire up to 1 ms early.)
          expect(waitedAsTold).toBe(false);
          // Nobody waits longer than until the oldest entry leaves, or a bucket more. (Redis's clock is this machine's.)
          const leaves = (times.at(-cap) ?? Number.NaN) + LENGTH_MS;
          expect(asked + waitOf(answer)).toBeLessThanOrEqual(leaves + bucketMs + 1);
          await new Promise((resolve) => setTimeout(resolve, waitOf(answer) + 1));
          waitedAsTold = true;
        }
      }
      const spans = times.slice(cap).map((at, i) => at - (times[i] ?? 0));
      expect(Math.min(...spans)).toBeGreaterThanOrEqual(LENGTH_MS);
    },
  );
});
