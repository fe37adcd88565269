import { randomUUID } from 'node:crypto';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { StoreUnavailableError } from '../../src/store/store';
import { RedisCluster } from '../harness/redis-cluster';
import { RedisSentinelSet } from '../harness/redis-sentinel';
import { describeWithRedis } from '../harness/redis-server';
import { type SilentServer, startSilentServer } from '../harness/silent-server';
import { captcha } from '../store/requests';

/** Of one step: a start has three times as long, of which two silent machines take two. */
const TIMEOUT_MS = 4_000;

describeWithRedis('A start while machines that are asked say nothing', () => {
  jest.setTimeout(60_000);
  let silent: SilentServer[];
  let addresses: string[];
  beforeEach(async () => {
    silent = await Promise.all([startSilentServer(), startSilentServer()]);
    addresses = silent.map(({ address }) => address);
  });
  afterEach(() => {
    for (const server of silent) server.close();
  });

  const expectOpened = async (url: string) => {
    const store = await openStore({ kind: 'redis', target: redisTarget(url), timeoutMs: TIMEOUT_MS });
    try {
      expect(await store.issueCaptcha(captcha({ uuid: randomUUID() }))).toEqual({ status: 'ok' });
    } finally {
      await store.close();
    }
  };

  test('given two silent sentinels before the others, when the store is opened, then the third tells it the primary', async () => {
    const set = await RedisSentinelSet.start();
    try {
      await expectOpened(set.url.replace('redis+sentinel://', `redis+sentinel://${addresses},`));
    } finally {
      await set.close();
    }
  });

  test('given two silent seeds of a cluster, when the store is opened, then another tells it the nodes', async () => {
    const cluster = await RedisCluster.start();
    try {
      const [seed] = cluster.url.split(',');
      const url = [...addresses.map((address) => `redis://${address}`), seed].join();
      // Seeds are asked in an order that the client draws: one of several draws a silent one first.
      await Promise.all([1, 2, 3, 4].map(() => expectOpened(url)));
    } finally {
      await cluster.close();
    }
  });

  test.each([
    ['a lone Redis', ([first]: string[]) => `redis://${first}`],
    ['a cluster', (all: string[]) => all.map((address) => `redis://${address}`).join()],
    ['sentinels', (all: string[]) => `redis+sentinel://${all}/shop`],
  ])(
    'given %s of which nobody says a word, when the store is opened, then the start ends within three time-outs',
    async (_, url) => {
      const startedAt = performance.now();
      const target = redisTarget(url(addresses));
      await expect(openStore({ kind: 'redis', target, timeoutMs: 600 })).rejects.toBeInstanceOf(StoreUnavailableError);
      // Three take 1.8 s, ten of them more than this.
      expect(performance.now() - startedAt).toBeLessThan(5_500);
    },
  );
});
