import { StoreKeys } from '../../src/store/keys';
import { ApiClient } from '../harness/api-client';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { liveCaptchas } from '../store/requests';

/** Whoever asks for a captcha is redirected to the node that this slot moves to, as long as the key is not there yet. */
const KEY = new StoreKeys().limit(liveCaptchas(1));

describeWithRedis('a server on a cluster that is moving a slot', () => {
  let cluster: RedisCluster;
  let server: ServerProcess;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    server = await startServer({ REDIS_URL: cluster.url, REDIS_TIMEOUT_MS: '500' });
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await cluster?.close();
  });

  test('given the node that it moves to, when that one dies while it is asked, then the answer is SERVICE_UNAVAILABLE and the server lives on', async () => {
    const target = await cluster.otherPrimaryThan(await cluster.primaryOf(KEY));
    await cluster.beginMoving(KEY);
    target.pause();
    const answers = Promise.all([1, 2, 3].map(() => new ApiClient(server.url).imageCaptcha()));
    await new Promise((resolve) => setTimeout(resolve, 250));
    await target.kill();
    for (const { reason } of await answers) expect(reason).toBe('SERVICE_UNAVAILABLE');
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(server.alive).toBe(true);
  });
});
