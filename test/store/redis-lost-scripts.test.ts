import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import type { Store } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { startForgettingProxy } from './forgetting-proxy';
import { ALL_WINDOWS, budget, captcha, GUESSES, granted, OTHER_MOBILE, reservation } from './requests';

const TIMEOUT_MS = 2_000;

describeWithRedis('a Redis that loses its scripts', () => {
  let server: RedisServer;
  let store: Store;
  /** Another's connection. */
  let client: Redis;
  const open = (url: string) => openStore({ kind: 'redis', target: { kind: 'single', url }, timeoutMs: TIMEOUT_MS });

  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client?.disconnect();
    await server?.close();
  });
  beforeEach(async () => {
    await client.flushall();
    store = await open(server.url);
  });
  afterEach(() => store?.close());

  test('given a SCRIPT FLUSH, when calls go on, then nobody notices', async () => {
    await store.issueCaptcha(captcha({ uuid: 'kept', text: 'KEPT' }));
    await store.reserveSend(reservation({ mobile: OTHER_MOBILE, code: '975310' }));
    await client.script('FLUSH');
    expect(await store.takeCaptcha('kept')).toBe('KEPT');
    await client.script('FLUSH');
    expect((await store.reserveSend(reservation({ windows: ALL_WINDOWS }))).status).toBe('ok');
    await client.script('FLUSH');
    expect(await store.verifyCode(OTHER_MOBILE, '975310', GUESSES)).toEqual({ status: 'ok' });
  });

  test('given SCRIPT FLUSH under 50 calls at once, when they are answered, then each has acted once', async () => {
    for (let round = 1; round <= 20; round++) {
      await client.flushall();
      const calls = Array.from({ length: 50 }, () => store.reserveSend(reservation({ windows: [budget(60)] })));
      const [answers] = await Promise.all([Promise.all(calls), client.script('FLUSH')]);
      const counts = answers.map((answer) => granted(answer).counts[0] ?? 0).sort((a, b) => a - b);
      expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    }
  });

  test('given scripts that are lost before each command, when 20 calls come at once, then each has acted once', async () => {
    const proxy = await startForgettingProxy(server.port, () => client.script('FLUSH'));
    const forgetful = await open(proxy.url);
    try {
      const calls = Array.from({ length: 20 }, () => forgetful.reserveSend(reservation({ windows: [budget(60)] })));
      const counts = (await Promise.all(calls)).map((answer) => granted(answer).counts[0] ?? 0).sort((a, b) => a - b);
      expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    } finally {
      await forgetful.close();
      await proxy.close();
    }
  });

  test('given all scripts gone, when 50 calls of all kinds come at once, then each is answered', async () => {
    await client.script('FLUSH');
    const calls = Array.from({ length: 10 }, (_, i) => [
      store.issueCaptcha(captcha({ uuid: `u${i}` })),
      store.takeCaptcha('none'),
      store.reserveSend(reservation()),
      store.verifyCode(OTHER_MOBILE, '111111', GUESSES),
      store.releaseSend({ mobile: OTHER_MOBILE, code: '111111', windows: ALL_WINDOWS, countedAt: [1, 1, 1, 1, 1] }),
    ]);
    await expect(Promise.all(calls.flat())).resolves.toHaveLength(50);
  });
});
