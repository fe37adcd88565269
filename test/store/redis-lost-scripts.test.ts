import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import type { Store } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import { isScriptCall, startCommandProxy } from './command-proxy';
import { ALL_LIMITS, budget, captcha, codeCheck, granted, OTHER_MOBILE, reservation, reserveSolved } from './requests';

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

  const issue = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => store.issueCaptcha(captcha({ uuid: `u${i}` }))));
  const reserve = (on: Store, i: number) =>
    on.reserveSend(reservation({ captcha: { uuid: `u${i}`, answer: 'ABCDE' }, limits: [budget(60)] }));

  test('given a SCRIPT FLUSH, when calls go on, then nobody notices', async () => {
    await store.issueCaptcha(captcha({ uuid: 'kept', text: 'KEPT' }));
    await reserveSolved(store, 'sent', { mobile: OTHER_MOBILE });
    await client.script('FLUSH');
    const send = store.reserveSend(reservation({ captcha: { uuid: 'kept', answer: 'KEPT' }, limits: ALL_LIMITS }));
    expect((await send).status).toBe('ok');
    await client.script('FLUSH');
    expect((await store.checkCode(codeCheck({ mobile: OTHER_MOBILE, uuid: 'sent' }))).status).toBe('ok');
  });

  test('given SCRIPT FLUSH under 50 calls at once, when they are answered, then each has acted once', async () => {
    for (let round = 1; round <= 20; round++) {
      await client.flushall();
      await issue(50);
      const calls = Array.from({ length: 50 }, (_, i) => reserve(store, i));
      const [answers] = await Promise.all([Promise.all(calls), client.script('FLUSH')]);
      const counts = answers.map((answer) => granted(answer).counts[0] ?? 0).sort((a, b) => a - b);
      expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    }
  });

  test('given scripts that are lost before each command, when 20 calls come at once, then each has acted once', async () => {
    const proxy = await startCommandProxy(server.port, async (command) => {
      if (isScriptCall(command)) await client.script('FLUSH');
      return undefined;
    });
    const forgetful = await open(proxy.url);
    try {
      await issue(20);
      const calls = Array.from({ length: 20 }, (_, i) => reserve(forgetful, i));
      const counts = (await Promise.all(calls)).map((answer) => granted(answer).counts[0] ?? 0).sort((a, b) => a - b);
      expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    } finally {
      await forgetful.close();
      await proxy.close();
    }
  });

  test('given scripts that never stay, when a call was told that it failed, then Redis is asked for it no more', async () => {
    let calls = 0;
    // Not at the start, which tries a script.
    let isForgetful = false;
    const proxy = await startCommandProxy(server.port, async (command) => {
      if (!isForgetful) return undefined;
      // In its turn, which an answer of Redis itself would not keep.
      if (/^\*1\r\n\$4\r\ntime/i.test(command)) return `*2\r\n:${Math.floor(Date.now() / 1000)}\r\n:0\r\n`;
      if (isScriptCall(command)) calls++;
      return '-NOSCRIPT No matching script.\r\n';
    });
    const forgetful = await open(proxy.url);
    try {
      isForgetful = true;
      await expect(forgetful.issueCaptcha(captcha({ uuid: 'u' }))).rejects.toThrow(/did not answer within|NOSCRIPT/);
      const areOver = async () => {
        const before = calls;
        await new Promise((resolve) => setTimeout(resolve, 500));
        return calls === before;
      };
      await waitUntil('its calls are over', areOver);
      expect(calls).toBeGreaterThan(1);
    } finally {
      await forgetful.close();
      await proxy.close();
    }
  }, 30_000);

  test('given all scripts gone, when 40 calls of all kinds come at once, then each is answered', async () => {
    await client.script('FLUSH');
    const calls = Array.from({ length: 10 }, (_, i) => [
      store.issueCaptcha(captcha({ uuid: `u${i}` })),
      store.reserveSend(reservation()),
      store.checkCode(codeCheck()),
      store.refundSend({
        mobile: OTHER_MOBILE,
        uuid: 'none',
        code: '111111',
        limits: ALL_LIMITS,
        countedAt: ALL_LIMITS.map(() => 1),
      }),
    ]);
    await expect(Promise.all(calls.flat())).resolves.toHaveLength(40);
  });
});
