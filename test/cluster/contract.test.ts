import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import { agedStore } from '../store/aged-store';
import { describeStore, type StoreSubject } from '../store/contract';

// In a cluster a script must say that it touches keys which it was not given.
const AGE = `#!lua flags=allow-cross-slot-keys\n${readFileSync(join(__dirname, '../store/age.lua'), 'utf8')}`;

describeWithRedis('on a cluster of three primaries', () => {
  let cluster: RedisCluster;
  /** Kept open: time that passes while a test moves its own is an error of measurement. */
  let primaries: Redis[] = [];
  let client: Cluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    client = cluster.connect();
    primaries = (await cluster.primaries()).map(({ url }) => new Redis(url));
  }, 60_000);
  afterAll(async () => {
    for (const primary of primaries) primary.disconnect();
    client?.disconnect();
    await cluster?.close();
  });

  describeStore('on Redis Cluster', async (): Promise<StoreSubject> => {
    await Promise.all(primaries.map((primary) => primary.flushall()));
    const store = await openStore({ kind: 'redis', target: redisTarget(cluster.url), timeoutMs: 5_000 });
    let agedMs = 0;
    const aged = agedStore(store, () => agedMs);
    return {
      store: aged,
      readCode: (mobile) => client.get(`sms:${mobile}`),
      async writeForeignCode(mobile, code, expires = true) {
        await (expires ? client.set(`sms:${mobile}`, code, 'EX', 300) : client.set(`sms:${mobile}`, code));
      },
      async advance(ms) {
        await Promise.all(primaries.map((primary) => primary.eval(AGE, 0, ms)));
        agedMs += ms;
      },
      close: () => store.close(),
    };
  });
});
