import fc from 'fast-check';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type AgedRedis, openAgedRedis } from '../store/aged-redis';
import { scenarios } from './actions';
import { runScenario, type Tally } from './run-scenario';

/** So that a run proves something about each of them. (Blank and malformed arguments are refused before the services.) */
const REASONS = [
  'OK',
  'CAPTCHA_EXPIRED',
  'CAPTCHA_MISMATCH',
  'TOO_FREQUENT',
  'QUOTA_EXCEEDED',
  'SMS_REJECTED',
  'SMS_UNCONFIRMED',
  'SMS_CODE_EXPIRED',
  'SMS_CODE_MISMATCH',
  'SMS_CODE_LOCKED',
  'SERVICE_UNAVAILABLE',
];

const MEMORY_SCENES = 3_000;
const REDIS_SCENES = 400;
const PATIENCE_MS = 120_000;

const expectAllMet = (tally: Tally) => expect(REASONS.filter((reason) => !tally.has(reason))).toEqual([]);

describe('the services and a plain model of them answer alike', () => {
  test(
    'in this process',
    async () => {
      const tally: Tally = new Map();
      await fc.assert(
        fc.asyncProperty(scenarios, async (scenario) => {
          let now = Date.UTC(2026, 0, 1);
          const advance = async (ms: number) => {
            now += ms;
          };
          await runScenario(scenario, { store: new MemoryStore(() => now), advance }, tally, false);
        }),
        { numRuns: MEMORY_SCENES },
      );
      expectAllMet(tally);
    },
    PATIENCE_MS,
  );

  describeWithRedis('on a real redis-server', () => {
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

    test(
      'on Redis',
      async () => {
        const tally: Tally = new Map();
        let left = 0;
        await fc.assert(
          fc.asyncProperty(scenarios, async (scenario) => {
            await redis.client.flushall();
            if (!(await runScenario(scenario, redis, tally, true))) left++;
          }),
          { numRuns: REDIS_SCENES },
        );
        expectAllMet(tally);
        expect(left).toBeLessThan(REDIS_SCENES / 10);
      },
      PATIENCE_MS,
    );
  });
});
