import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import type { Store } from '../../src/store/store';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import { describeStore, type StoreSubject } from '../store/contract';

// In a cluster a script must say that it touches keys which it was not given.
const AGE = `#!lua flags=allow-cross-slot-keys\n${readFileSync(join(__dirname, '../store/age.lua'), 'utf8')}`;

describeWithRedis('on a cluster of three primaries', () => {
  let cluster: RedisCluster;
  /** Kept open: time that passes while a test moves its own is an error of measurement. */
  let primaries: Redis[] = [];
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    primaries = (await cluster.primaries()).map(({ url }) => new Redis(url));
  }, 60_000);
  afterAll(async () => {
    for (const primary of primaries) primary.disconnect();
    await cluster?.close();
  });

  describeStore('on Redis Cluster', async (): Promise<StoreSubject> => {
    await Promise.all(primaries.map((primary) => primary.flushall()));
    const store = await openStore({ kind: 'redis', target: redisTarget(cluster.url), timeoutMs: 1000 });
    let agedMs = 0;
    // The suite takes a message to be counted at one time, as one script does it; here each slot has a time of its own, ms apart.
    const timesOf = new WeakMap<readonly number[], number[]>();
    // What a caller was told of the past stays where it was told; only what is stored moves.
    const aged: Store = Object.assign(Object.create(store), {
      reserveSend: async (reservation: Parameters<Store['reserveSend']>[0]) => {
        const reserved = await store.reserveSend(reservation);
        if (reserved.status !== 'ok') return reserved;
        const times = reserved.countedAt.map((at) => at + agedMs);
        const countedAt = times.map(() => times[0] ?? 0);
        timesOf.set(countedAt, times);
        return { ...reserved, countedAt };
      },
      releaseSend: ({ countedAt, ...release }: Parameters<Store['releaseSend']>[0]) => {
        const times = timesOf.get(countedAt) ?? countedAt;
        return store.releaseSend({ ...release, countedAt: times.map((at) => at - agedMs) });
      },
    });
    return {
      store: aged,
      async advance(ms) {
        await Promise.all(primaries.map((primary) => primary.eval(AGE, 0, ms)));
        agedMs += ms;
      },
      close: () => store.close(),
    };
  });
});
