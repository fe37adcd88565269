import fc from 'fast-check';
import { allowanceRule } from '../../src/limits/allowances';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { countedLimits, type Store } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type AgedRedis, openAgedRedis } from './aged-redis';
import { codeCheck, daily, deviceDay, HOUR, MINUTE, reserveSolved } from './requests';

/** One message: asked for by a client, to a mobile, and what becomes of it; then time passes. */
interface Step {
  client: number;
  mobile: number;
  /** Of the trusted device that is shown; 0 for none. */
  device: number;
  fate: 'confirmed' | 'left' | 'refunded';
  /** Full hours, since credit decays by them; and none within an hour of the Redis server's own clock, which runs on meanwhile. */
  hours: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  client: fc.nat(3),
  mobile: fc.nat(40),
  device: fc.constantFrom(0, 0, 0, 0, 1, 2),
  fate: fc.constantFrom('confirmed', 'left', 'left', 'left', 'left', 'left', 'left', 'refunded'),
  hours: fc.constantFrom(...Array<number>(30).fill(0), 1, 5, 24, 24 * 4, 24 * 31),
});

describeWithRedis('the two stores give the same allowances', () => {
  let server: RedisServer;
  let redis: AgedRedis;
  beforeAll(async () => {
    server = await startRedis();
    redis = await openAgedRedis(server.url);
  });
  afterAll(async () => {
    await redis?.close();
    await server?.close();
  });

  test('given any messages, confirmations, refunds and pauses, then Lua and TypeScript decide alike', async () => {
    let refusals = 0;
    let run = 0;
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 30, maxLength: 90, size: 'max' }),
        fc.constantFrom(10_000, 200, 20),
        async (steps, budget) => {
          await redis.client.flushall();
          run++;
          // The scripts see Redis's own clock: both stores begin in the middle of an hour of it.
          const [seconds] = await redis.client.time();
          let now = Number(seconds) * 1000;
          const memory = new MemoryStore(() => now);
          for (const [i, { client, mobile, device, fate, hours }] of steps.entries()) {
            const play = (store: Store) => oneMessage(store, `${run}-${i}`, { client, mobile, device, fate }, budget);
            const [expected, actual] = [await play(memory), await play(redis.store)];
            if (actual !== expected) throw new Error(`step ${i}: ${expected} in process, ${actual} on Redis`);
            kinds.add(expected);
            if (expected.startsWith('not-allowed')) refusals++;
            if (hours > 0) {
              now += hours * HOUR;
              await redis.advance(hours * HOUR);
            }
          }
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
    expect(refusals).toBeGreaterThan(20);
    for (const kind of ['own', 'unknown', 'person', 'device', 'not-allowed pool']) expect([...kinds]).toContain(kind);
  }, 120_000);
});

async function oneMessage(
  store: Store,
  uuid: string,
  { client, mobile: number, device, fate }: Omit<Step, 'hours'>,
  budget: number,
): Promise<string> {
  const mobile = String(13_800_000_000 + number);
  const asker = { client: `c${client}`, network: `n${client >> 1}`, parent: `p${client >> 2}` };
  const allowance = {
    ...{ rule: allowanceRule(budget, 20), mode: 'enforce' as const },
    ...(device > 0 && { device: deviceDay(2, `d${device}`) }),
    ...asker,
    person: `person-${number}`,
  };
  const limits = [daily(100, mobile)];
  const reserved = await reserveSolved(store, uuid, { mobile, allowance, limits, ttlMs: 10 * MINUTE });
  if (reserved.status === 'not-allowed') return `not-allowed ${reserved.limit}`;
  if (reserved.status !== 'ok') return reserved.status;
  const { charge = 'own', chargedAt = 0, countedAt, previous } = reserved;
  if (fate === 'confirmed') await store.checkCode(codeCheck({ uuid, mobile, person: allowance.person }));
  if (fate === 'refunded')
    await store.refundSend({
      ...{ mobile, uuid, code: '135790', countedAt, previous },
      limits: countedLimits({ limits, allowance }, charge),
      allowance: { ...asker, charge, sentAt: chargedAt },
    });
  return charge;
}
