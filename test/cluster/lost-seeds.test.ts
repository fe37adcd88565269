import { StoreKeys } from '../../src/store/keys';
import { openRedisClient } from '../../src/store/redis/redis-client';
import { RedisClusterStore } from '../../src/store/redis/redis-cluster-store';
import { RedisCommands } from '../../src/store/redis/redis-commands';
import { redisNodes } from '../../src/store/redis/redis-nodes';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis, type RedisServer } from '../harness/redis-server';
import { succeeds, waitUntil } from '../harness/wait-until';
import { captcha } from '../store/requests';

/** Far more than the pauses between tries. */
const TIMEOUT_MS = 2_000;

describeWithRedis('a cluster whose seeds are at other addresses by now', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  }, 60_000);
  afterAll(() => cluster?.close());

  test('given nodes that it told of, when all connections are lost, then those are asked', async () => {
    const seed = cluster.nodes.at(-1) as RedisServer;
    const client = openRedisClient({ kind: 'cluster', urls: [seed.url] }, TIMEOUT_MS);
    const commands = new RedisCommands(client, redisNodes(client), TIMEOUT_MS);
    await commands.connect();
    const store = new RedisClusterStore(commands, new StoreKeys());
    try {
      expect(await store.issueCaptcha(captcha({ uuid: 'before' }))).toEqual({ status: 'ok' });
      await seed.kill();
      client.disconnect(true);
      await waitUntil('it has lost them', () => client.status !== 'ready');
      await waitUntil('it works again', () => succeeds(store.issueCaptcha(captcha({ uuid: 'after' }))));
    } finally {
      await store.close();
    }
  });
});
