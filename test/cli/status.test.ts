import { networkInterfaces } from 'node:os';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { runCommandHere } from '../harness/command-line';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { startRonglian } from '../harness/ronglian';
import { type Environment, startServer } from '../harness/server-process';

const HOUR = 3_600_000;
const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));

describeWithRedis('status', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.close());

  const status = async (environment: Environment) =>
    JSON.parse((await runCommandHere(['status', '--json'], { REDIS_URL: redis.url, ...environment })).stdout);

  test('given messages of now, of two hours ago and of the day before, then each counts in its hour and its day', async () => {
    const store = await openStore({ kind: 'redis', target: redisTarget(redis.url), timeoutMs: 5_000 });
    const now = Date.now();
    await store.operator.tally({ 'sent:accepted': 1 }, now);
    await store.operator.tally({ 'sent:accepted': 10, 'refused:cooldown': 4 }, now - 2 * HOUR);
    await store.operator.tally({ 'sent:accepted': 100 }, now - 25 * HOUR);
    await store.close();
    expect((await status({})).counts).toEqual({
      'sent:accepted': { hour: 1, day: 11 },
      'refused:cooldown': { hour: 0, day: 4 },
    });
  });

  test.each(['127.0.0.1', ...(hasIpv6 ? ['::1'] : [])])(
    'given a server on %s, then its circuits are asked for there',
    async (HOST) => {
      const { standIn, environment } = await startRonglian();
      const server = await startServer({ ...environment, HOST, REDIS_URL: redis.url, METRICS_PORT: '0' });
      const port = server.logs.find(({ msg }) => msg.startsWith('Ready'))?.metricsPort;
      const { circuits } = await status({ ...environment, HOST, METRICS_PORT: String(port) });
      await server.stop();
      await standIn.close();
      expect(circuits).toEqual({ ronglian: false });
    },
  );
});
