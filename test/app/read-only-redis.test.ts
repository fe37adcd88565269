import { Redis } from 'ioredis';
import { ApiClient, VERIFY_SMS_CODE } from '../harness/api-client';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

describeWithRedis('A Redis that becomes a replica while many ask', () => {
  let redis: RedisServer;
  let client: Redis;
  let server: ServerProcess;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    server = await startServer({ REDIS_URL: redis.url, VERIFY_PER_CLIENT_HOUR: '100000' });
  });
  afterAll(async () => {
    await server?.stop();
    client?.disconnect();
    await redis?.close();
  });

  test('given many checks under way, when each is refused, then each is told so, and nothing is written past the log', async () => {
    const api = new ApiClient(server.url);
    const variables = { mobile: '13800138000', smsCode: '123456', uuid: 'unknown-to-it' };
    const check = async () => {
      const { body, text } = await api.post({ query: VERIFY_SMS_CODE, variables });
      return body.data?.verifySmsCode?.reason ?? text;
    };
    expect(await check()).toBe('SMS_CODE_EXPIRED');

    // It is busy first, so that all of them wait for it. Hundreds would be more than a busy machine reads within the time for a request.
    const becomesReplica = client.pipeline([
      ['eval', 'for _ = 1, 5e7 do end', 0],
      ['replicaof', '127.0.0.1', '1'],
    ]);
    const replica = becomesReplica.exec();
    const reasons = await Promise.all(Array.from({ length: 60 }, check));
    await replica;
    expect(new Set(reasons)).toEqual(new Set(['SERVICE_UNAVAILABLE']));

    await client.call('REPLICAOF', 'NO', 'ONE');
    await waitUntil('it works again', async () => (await check()) === 'SMS_CODE_EXPIRED');
    expect(server.stderr).toBe('');
  });
});
