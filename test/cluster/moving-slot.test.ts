import { type AllowanceCharge, allowanceRule } from '../../src/limits/allowances';
import type { AllowanceRequest } from '../../src/limits/rules';
import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import { StoreKeys } from '../../src/store/keys';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import type { OpenedStore } from '../../src/store/store';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import { budget, codeCheck, countries, granted, RIGHT, reserveSolved } from '../store/requests';

const KEYS = new StoreKeys();
/** A list in MessagePack, as JSON. */
const READ = "local it = redis.call('GET', KEYS[1]) return cjson.encode(it and cmsgpack.unpack(it) or {})";
const mobileOf = (n: number) => `1380013800${n}`;

/** Redis answers for a key of such a slot only while it is there: what is deleted can't be written again. */
describeWithRedis('a cluster that is moving a slot', () => {
  let cluster: RedisCluster;
  let store: OpenedStore;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    store = await openStore({ kind: 'redis', target: redisTarget(cluster.url), timeoutMs: 10_000 });
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await cluster?.close();
  });
  beforeEach(() => cluster.flush());

  const read = async (key: string): Promise<number[]> =>
    cluster.withClient(await cluster.primaryOf(key), async (client) =>
      JSON.parse(String(await client.eval(READ, 1, key))),
    );
  const send = async (n: number, limits: SlidingWindowLimit[], allowance?: AllowanceRequest) =>
    granted(await reserveSolved(store, `uuid-${n}`, { mobile: mobileOf(n), limits, allowance }));
  const whileMoving = async (key: string, happens: () => Promise<unknown>) => {
    const end = await cluster.beginMoving(key);
    try {
      await happens();
    } finally {
      await end();
    }
  };

  test.each<[string, (n: number) => SlidingWindowLimit]>([
    ['events', () => budget(9)],
    ['different values', (n) => countries(9, n + 1)],
  ])(
    'given a limit of %s, when a message is refused by its provider meanwhile, then the others stay counted',
    async (_, limitOf) => {
      for (const n of [0, 1, 2]) await send(n, [limitOf(n)]);
      const limits = [limitOf(3)];
      const { countedAt, counts } = await send(3, limits);
      expect(counts).toEqual([4]);
      await whileMoving(KEYS.limit(limitOf(3)), () =>
        store.refundSend({ mobile: mobileOf(3), uuid: 'uuid-3', code: RIGHT, limits, countedAt }),
      );
      expect((await send(4, [limitOf(4)])).counts).toEqual([4]);
    },
  );

  /** All are charged to the pool of unknown networks, and to its parent. */
  const asking = (n: number): AllowanceRequest => ({
    ...{ rule: allowanceRule(10_000, 20), mode: 'enforce', person: `person-${n}` },
    ...{ client: 'c', network: 'n', parent: 'p' },
  });

  test.each([
    KEYS.pool('unknown'),
    ...(['client', 'network', 'parent'] as const).map((kind) => KEYS.standing(kind, kind[0] as string)),
  ])('given %s, when a message is refused by its provider meanwhile, then the others are owed still', async (key) => {
    for (const n of [0, 1, 2]) await send(n, [], asking(n));
    const { charge, chargedAt = 0, countedAt } = await send(3, [], asking(3));
    const before = await read(key);
    expect(charge).toBe('unknown');
    await whileMoving(key, () =>
      store.refundSend({
        ...{ mobile: mobileOf(3), uuid: 'uuid-3', code: RIGHT, limits: [], countedAt },
        allowance: { ...asking(3), charge: charge as AllowanceCharge, sentAt: chargedAt },
      }),
    );
    expect(await read(key)).toEqual(before.slice(0, -2));
  });

  test.each(['client', 'network', 'parent'] as const)(
    'given the standing of a %s with its credit, when a number confirms meanwhile, then its credit grows',
    async (kind) => {
      const key = KEYS.standing(kind, kind[0] as string);
      const confirm = async (n: number) => {
        expect(
          (await store.checkCode(codeCheck({ mobile: mobileOf(n), uuid: `uuid-${n}`, person: `person-${n}` }))).status,
        ).toBe('ok');
      };
      /** Confirmations in ten days. */
      const credit = async () => (await read(key))[1] ?? 0;
      for (const n of [0, 1]) {
        await send(n, [], asking(n));
        await confirm(n);
        await waitUntil('it is settled', async () => (await credit()) > n + 0.9);
      }
      await send(2, [], asking(2));
      await whileMoving(key, async () => {
        await confirm(2);
        await waitUntil('it is settled', async () => (await credit()) > 2.9);
      });
      expect(await read(key)).toHaveLength(3);
    },
  );
});
