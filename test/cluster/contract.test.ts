import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis-target';
import type { Store } from '../../src/store/store';
import { describeStore, type StoreSubject } from '../store/contract';
import { RedisCluster } from '../support/redis-cluster';
import { describeWithRedis } from '../support/redis-server';

// In a cluster a script must say that it touches keys which it was not given.
const AGE = `#!lua flags=allow-cross-slot-keys\n${readFileSync(join(__dirname, '../store/age.lua'), 'utf8')}`;

describeWithRedis('on a cluster of three primaries', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  }, 60_000);
  afterAll(() => cluster?.close());

  describeStore('on Redis Cluster', async (): Promise<StoreSubject> => {
    await cluster.flush();
    const store = await openStore({ kind: 'redis', target: redisTarget(cluster.url), timeoutMs: 1000 });
    let agedMs = 0;
    // What a caller was told of the past stays where it was told; only what is stored moves.
    const aged: Store = Object.assign(Object.create(store), {
      reserveSend: async (reservation: Parameters<Store['reserveSend']>[0]) => {
        const reserved = await store.reserveSend(reservation);
        if (reserved.status !== 'ok') return reserved;
        return { ...reserved, countedAt: reserved.countedAt.map((at) => at + agedMs) };
      },
      releaseSend: ({ countedAt, ...release }: Parameters<Store['releaseSend']>[0]) =>
        store.releaseSend({ ...release, countedAt: countedAt.map((at) => at - agedMs) }),
    });
    return {
      store: aged,
      async advance(ms) {
        await cluster.onEach(async (client) => {
          if (String(await client.info('replication')).includes('role:master')) await client.eval(AGE, 0, ms);
        });
        agedMs += ms;
      },
      close: () => store.close(),
    };
  });
});
