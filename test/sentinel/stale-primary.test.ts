import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { StoreUnavailableError } from '../../src/store/store';
import { RedisSentinelSet } from '../harness/redis-sentinel';
import { describeWithRedis, startRedis } from '../harness/redis-server';
import { succeeds, waitUntil } from '../harness/wait-until';
import { captcha, unsolved } from '../store/requests';

/** Far less than the sentinels take to turn a former primary into a replica, which is 8 s and more. */
const FOLLOWED_MS = 3_000;

const issue = (uuid: string) => captcha({ uuid, limits: [unsolved(10, uuid)] });

describeWithRedis('A primary that is one no more', () => {
  jest.setTimeout(60_000);

  // For so long the library keeps timers of connections that ended by themselves.
  afterAll(() => new Promise((resolve) => setTimeout(resolve, 2_000)));

  test('given another primary while the old one still answers, when the sentinels say so, then the store follows and closes what it leaves', async () => {
    const set = await RedisSentinelSet.start();
    const store = await openStore({ kind: 'redis', target: redisTarget(set.url), timeoutMs: 5_000 });
    try {
      await store.issueCaptcha(issue('before'));
      const old = await set.failOver();
      await waitUntil('another in its place', () => set.hasReplaced(old).catch(() => false));
      let uuid = '';
      await waitUntil(
        'captchas on the new primary',
        async () => {
          uuid = `after-${performance.now()}`;
          await store.issueCaptcha(issue(uuid)).catch(() => undefined);
          return (await set.keys('img:*')).includes(`img:${uuid}`);
        },
        FOLLOWED_MS,
      );
      const client = new Redis(old.url);
      expect(String(await client.info('replication'))).toContain('role:master');
      client.disconnect();
      expect(await store.peekCaptcha(uuid)).toBe('ABCDE');
    } finally {
      await store.close();
      await set.close();
    }
  });

  test('given a server made a replica under an open connection, when it refuses to write, then the call fails and the connection is made anew', async () => {
    const [server, other] = await Promise.all([startRedis(), startRedis()]);
    const client = new Redis(server.url);
    const store = await openStore({ kind: 'redis', target: redisTarget(server.url), timeoutMs: 5_000 });
    const connections = async () =>
      [...String(await client.call('CLIENT', 'LIST', 'TYPE', 'normal')).matchAll(/^id=\d+/gm)].map(String);
    try {
      const before = await connections();
      await client.call('REPLICAOF', '127.0.0.1', String(other.port));
      await expect(store.issueCaptcha(issue('refused'))).rejects.toThrow(StoreUnavailableError);
      await waitUntil('a new connection', async () => {
        const now = await connections();
        return now.length === before.length && now.some((id) => !before.includes(id));
      });
      await client.call('REPLICAOF', 'NO', 'ONE');
      await waitUntil('it works', () => succeeds(store.issueCaptcha(issue('taken'))), FOLLOWED_MS);
      expect((await client.keys('img:*')).sort()).toEqual(['img:taken']);
    } finally {
      client.disconnect();
      await store.close();
      await Promise.all([server.close(), other.close()]);
    }
  });
});
