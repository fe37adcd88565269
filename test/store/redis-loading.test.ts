import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import type { Store } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { succeeds, waitUntil } from '../harness/wait-until';

/** So slow that Redis reckons with half a minute. */
const KEYS = 300;
const MICROSECONDS_PER_KEY = 100_000;
/** A quarter of a second is what it takes where the machine isn't busy; a client that trusts in what Redis reckons with waits for ten. */
const RECOVERY_MS = 8_000;

describeWithRedis('a Redis that loads what it saved', () => {
  let server: RedisServer;
  let store: Store;
  let client: Redis;
  beforeAll(async () => {
    // It answers between keys, each of which fills what it reads at a time.
    const args = ['--loading-process-events-interval-bytes', '1024', '--rdbcompression', 'no'];
    server = await startRedis({ args: [...args, '--key-load-delay', String(MICROSECONDS_PER_KEY)] });
    client = new Redis(server.url, { retryStrategy: () => 20, enableReadyCheck: false });
    client.on('error', () => undefined);
    store = await openStore({ kind: 'redis', target: { kind: 'single', url: server.url }, timeoutMs: 1_000 });
  });
  afterAll(async () => {
    await store?.close();
    client?.disconnect();
    await server?.close();
  });

  test('given a start that takes less than Redis reckoned with, when calls fail, then that is said; when it is over, then the store works at once', async () => {
    const value = randomBytes(1_024).toString('hex');
    await client.mset(Array.from({ length: KEYS }, (_, i) => [`other:${i}`, value]).flat());
    await client.save();
    const restarted = server.restart();
    let asked = 0;
    /** What Redis says of itself, and how often the store's client has asked for that. */
    const read = async () => {
      const text = await client.info('everything').catch(() => '');
      const number = (name: RegExp) => Number(text.match(name)?.[1] ?? 0);
      const storeAsked = number(/^cmdstat_info:calls=(\d+)/m) - asked;
      if (text !== '') asked++;
      return { reckonsWithSeconds: number(/^loading_eta_seconds:(\d+)/m), storeAsked };
    };
    await waitUntil('Redis reckons with long', async () => (await read()).reckonsWithSeconds > 10);
    const { storeAsked } = await read();
    await waitUntil('the store was told so', async () => (await read()).storeAsked > storeAsked);
    await expect(store.ping()).rejects.toThrow(/^Redis is connected and not ready: it may be loading its data$/);
    await client.config('SET', 'key-load-delay', 0);
    await restarted;
    await waitUntil('it works', () => succeeds(store.ping()), RECOVERY_MS);
  });
});
