import { StoreKeys } from '../../src/store/keys';
import { openRedisClient } from '../../src/store/redis/redis-client';
import { RedisCommands } from '../../src/store/redis/redis-commands';
import { redisNodes } from '../../src/store/redis/redis-nodes';
import { RedisStore } from '../../src/store/redis/redis-store';
import { describeWithRedis, startRedis } from '../harness/redis-server';
import { succeeds, waitUntil } from '../harness/wait-until';
import { captcha } from './requests';

describeWithRedis('a client that gave up connecting for good', () => {
  test('given it is not closed, then it is soon in use again; once it is closed, then no more', async () => {
    const server = await startRedis();
    const client = openRedisClient({ kind: 'single', url: server.url }, 5_000);
    const commands = new RedisCommands(client, redisNodes(client), 5_000);
    await commands.connect();
    const store = new RedisStore(commands, new StoreKeys());
    // As the library does where its sentinels name another primary at a bad moment.
    client.disconnect();
    await waitUntil('it has given up', () => client.status === 'end');
    const works = () => succeeds(store.ping());
    await waitUntil('it is in use again', works);
    expect(await store.issueCaptcha(captcha())).toEqual({ status: 'ok' });
    await store.close();
    await waitUntil('it has ended', () => client.status === 'end');
    // Longer than the pause after which it would go on.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(client.status).toBe('end');
    await server.close();
  });
});
