import { randomUUID } from 'node:crypto';
import { type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { openRedisClient } from '../../src/store/redis/redis-client';
import type { RedisTarget } from '../../src/store/redis/redis-target';
import { type Store, StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { succeeds, waitUntil } from '../harness/wait-until';
import { type DelayingProxy, startDelayingProxy } from './delaying-proxy';
import {
  ALL_LIMITS,
  captcha,
  codeCheck,
  granted,
  MOBILE,
  OTHER_MOBILE,
  perMinute,
  reservation,
  reserveSolved,
} from './requests';

const TIMEOUT_MS = 300;
/** Of a store that must not wait for it: so long that failing at once is told from waiting, however busy the machine is. */
const LONG_MS = 30_000;
/** Of one whose commands must arrive in time. */
const AMPLE_MS = 1_200;
/** Bounds what would go on for ever: that a call failed although Redis would have answered later shows that it waited no longer. */
const LITTLE_MS = 10_000;
/** A quarter of a second is what it takes; a client that waits for five shows. */
const RECOVERY_MS = 4_500;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithRedis('a Redis that fails', () => {
  let server: RedisServer;
  let proxy: DelayingProxy;
  let store: Store;
  /** Beside the proxy. */
  let client: Redis;
  beforeEach(async () => {
    server = await startRedis();
    proxy = await startDelayingProxy(server.port);
    client = new Redis(server.url, { retryStrategy: () => 20 });
    client.on('error', () => undefined);
    store = await open(TIMEOUT_MS);
  });
  afterEach(async () => {
    await store?.close();
    client?.disconnect();
    await proxy?.close();
    await server?.close();
  });

  /** On a busy machine a start may take longer than such a time-out, which is no matter of these tests. */
  const open = async (timeoutMs: number): Promise<Store> => {
    let opened: Store | undefined;
    await waitUntil('the store is open', async () => {
      const opening = openStore({ kind: 'redis', target: { kind: 'single', url: proxy.url }, timeoutMs });
      opened = await opening.catch(() => undefined);
      return opened !== undefined;
    });
    return opened as Store;
  };
  /** Another time-out from here on. */
  const reopen = async (timeoutMs: number) => {
    await store.close();
    store = await open(timeoutMs);
  };
  const keys = async () => (await client.keys('*')).sort();

  const KEPT = { uuid: 'kept', answer: 'KEPT' };
  const check = (code: string) => store.checkCode(codeCheck({ mobile: OTHER_MOBILE, uuid: 'sent', code }));

  /** One call of each kind, as on a store in use, none of which may act. */
  const everyCall = (): Promise<unknown>[] => [
    store.issueCaptcha(captcha({ uuid: 'lost', limits: [perMinute(60)] })),
    store.peekCaptcha('kept'),
    store.reserveSend(reservation({ captcha: KEPT, code: '864209', limits: ALL_LIMITS })),
    check('975310'),
    check('999999'),
    store.refundSend({ mobile: OTHER_MOBILE, uuid: 'sent', code: '975310', limits: [], countedAt: [] }),
    store.ping(),
  ];
  /** Each must fail as unavailable, within `withinMs`, and say nothing of what it was called with. */
  const expectUnavailable = async (calls: Promise<unknown>[], withinMs: number) => {
    const start = performance.now();
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
      const { message } = (result as PromiseRejectedResult).reason as Error;
      expect(message).not.toMatch(/864209|975310|999999|13[89]00|kept|lost/);
    }
    expect(performance.now() - start).toBeLessThan(withinMs);
  };
  const fill = async () => {
    await store.issueCaptcha(captcha({ uuid: 'kept', text: 'KEPT' }));
    await reserveSolved(store, 'sent', { mobile: OTHER_MOBILE, code: '975310' });
  };
  const expectUntouched = async () => {
    expect(await keys()).toEqual([
      'img:kept',
      `sms:${OTHER_MOBILE}`,
      `{sms:${OTHER_MOBILE}}:latest`,
      `{sms:${OTHER_MOBILE}}:request:sent`,
    ]);
    expect(await client.get('img:kept')).toBe('KEPT');
    expect(await client.get(`sms:${OTHER_MOBILE}`)).toBe('975310');
  };
  const worksWithin = async (ms: number) => {
    const start = performance.now();
    for (;;) {
      try {
        return granted(await reserveSolved(store, randomUUID(), { limits: ALL_LIMITS }));
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailableError);
        if (performance.now() - start > ms) throw error;
        await sleep(10);
      }
    }
  };

  describe('stands still (SIGSTOP)', () => {
    test.each([
      ['a little longer than the time-out', TIMEOUT_MS + 50],
      ['for long', 5 * TIMEOUT_MS],
    ])(
      'given it stands %s, when calls come, then they fail in time, none acts afterwards, and it is in use again',
      async (_, pauseMs) => {
        await fill();
        server.pause();
        const start = performance.now();
        await expectUnavailable(everyCall(), TIMEOUT_MS + LITTLE_MS);
        await sleep(pauseMs - (performance.now() - start));
        server.resume();
        await sleep(100);
        await expectUntouched();
        await worksWithin(pauseMs < 2 * TIMEOUT_MS ? LITTLE_MS : RECOVERY_MS);
        expect(await store.peekCaptcha('kept')).toBe('KEPT');
      },
    );

    test('given it stands for long, when calls keep coming, then each fails in time and none of them ever acts', async () => {
      await fill();
      server.pause();
      const end = performance.now() + 6 * TIMEOUT_MS;
      while (performance.now() < end) {
        await expectUnavailable(everyCall(), TIMEOUT_MS + LITTLE_MS);
        await sleep(20);
      }
      server.resume();
      await sleep(300);
      await expectUntouched();
      await worksWithin(RECOVERY_MS);
    });
  });

  describe('is killed', () => {
    test('given it is gone, when calls come, then they fail at once; when it is back, then it is soon in use', async () => {
      await reopen(LONG_MS);
      await fill();
      const underWay = everyCall();
      await server.kill();
      await Promise.allSettled(underWay);
      await expectUnavailable(everyCall(), LITTLE_MS);
      await sleep(1_000);
      await expectUnavailable(everyCall(), LITTLE_MS);
      await server.restart();
      const { counts } = await worksWithin(RECOVERY_MS);
      expect(counts).toEqual([1, 1, 1, 1, 1, 1]);
    });

    test('given 200 calls under way, when it is killed, then each ends at once', async () => {
      await reopen(LONG_MS);
      const calls = Array.from({ length: 200 }, (_, i) => store.peekCaptcha(`u${i}`));
      const settled = Promise.allSettled(calls);
      const start = performance.now();
      await server.kill();
      for (const result of await settled) {
        if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailableError);
      }
      expect(performance.now() - start).toBeLessThan(LITTLE_MS);
    });
  });

  describe('is lost on the way', () => {
    test('given a connection that vanished without a word, when calls go on, then another takes its place', async () => {
      await fill();
      proxy.loseConnections();
      await expectUnavailable(everyCall(), TIMEOUT_MS + LITTLE_MS);
      await worksWithin(RECOVERY_MS);
      await store.checkCode(codeCheck({ mobile: OTHER_MOBILE, uuid: 'sent', code: '999999' }));
      expect(await client.get('img:kept')).toBe('KEPT');
    });

    test('given no connection, when a call comes, then it fails, and does not wait for the next connection', async () => {
      await reopen(LONG_MS);
      await store.issueCaptcha(captcha({ uuid: 'kept', text: 'KEPT' }));
      for (let round = 0; round < 3; round++) {
        await proxy.shut();
        // Until its tries are some time apart, so that none falls into the moment of the call.
        await sleep(600);
        await proxy.open();
        await expectUnavailable([store.peekCaptcha('kept')], LITTLE_MS);
        await waitUntil('it is in use again', () => succeeds(store.ping()));
      }
    });
  });

  describe('is slow', () => {
    test('given commands that arrive too late, when the callers have given up, then none acts', async () => {
      await fill();
      proxy.delayCommands(TIMEOUT_MS + 100);
      await expectUnavailable(everyCall(), TIMEOUT_MS + LITTLE_MS);
      await sleep(TIMEOUT_MS);
      await expectUntouched();
      proxy.delayCommands(0);
      await worksWithin(RECOVERY_MS);
    });

    test('given a send that was reserved in time, when only its answer is late, then it is refunded, and the code before it stands again', async () => {
      await reopen(AMPLE_MS);
      await reserveSolved(store, 'before', { code: '975310' });
      const before = await keys();
      await store.issueCaptcha(captcha());
      proxy.delayReplies(AMPLE_MS + 300);
      const call = store.reserveSend(reservation({ limits: ALL_LIMITS }));
      await expectUnavailable([call], AMPLE_MS + LITTLE_MS);
      expect(await client.get(`sms:${MOBILE}`)).toBe('135790');
      // What is asked once the answer has come is not late.
      proxy.delayReplies(0);
      await waitUntil('nothing is left of it', async () => (await client.get(`sms:${MOBILE}`)) !== '135790');
      expect(await client.get(`sms:${MOBILE}`)).toBe('975310');
      expect(await keys()).toEqual(before);
      expect((await worksWithin(RECOVERY_MS)).counts).toEqual([1, 1, 1, 1, 1, 1]);
    });

    test('given a send whose answer never comes, when it was counted, then it stays counted, and every key expires', async () => {
      await reopen(AMPLE_MS);
      await store.issueCaptcha(captcha());
      proxy.delayReplies(60_000);
      await expectUnavailable([store.reserveSend(reservation({ limits: ALL_LIMITS }))], AMPLE_MS + LITTLE_MS);
      await sleep(3 * TIMEOUT_MS);
      const left = await Promise.all((await keys()).map((key) => client.pttl(key)));
      expect(left).toHaveLength(ALL_LIMITS.length + 3);
      expect(Math.min(...left)).toBeGreaterThan(0);
      proxy.delayReplies(0);
    });

    test('given answers that take a third of the time-out, when calls come, then all goes well', async () => {
      await reopen(AMPLE_MS);
      // Not half: a call that comes while another is under way goes out behind it.
      proxy.delayReplies(AMPLE_MS / 3);
      await fill();
      expect(await store.peekCaptcha('kept')).toBe('KEPT');
      expect((await check('975310')).status).toBe('ok');
    });
  });

  test.each<RedisTarget>([
    { kind: 'single', url: 'redis://127.0.0.1:1' },
    { kind: 'cluster', urls: ['redis://127.0.0.1:1', 'redis://127.0.0.1:2'] },
    { kind: 'sentinel', sentinels: [{ host: '127.0.0.1', port: 1 }], name: 'shop' },
  ])(
    'given an outage of any length, then the next try to connect is a quarter of a second away at most: $kind',
    (target) => {
      const unconnected = openRedisClient(target, TIMEOUT_MS);
      const { retryStrategy, clusterRetryStrategy, sentinelRetryStrategy } = unconnected.options as RedisOptions &
        ClusterOptions;
      const strategies = [target.kind === 'cluster' ? clusterRetryStrategy : retryStrategy];
      if (target.kind === 'sentinel') strategies.push(sentinelRetryStrategy as typeof retryStrategy);
      for (const strategy of strategies) {
        for (const attempt of [1, 2, 5, 10, 1_000, 1_000_000]) {
          expect(strategy?.(attempt)).toBeGreaterThan(0);
          expect(strategy?.(attempt)).toBeLessThanOrEqual(250);
        }
      }
      unconnected.disconnect();
    },
  );

  test('given no Redis at the start, when the store is opened, then that fails in time', async () => {
    await server.kill();
    const open = openStore({ kind: 'redis', target: { kind: 'single', url: server.url }, timeoutMs: TIMEOUT_MS });
    await expectUnavailable([open], TIMEOUT_MS + LITTLE_MS);
    await store.close();
    await server.restart();
    await sleep(500);
    // Only the test's own connection comes back: what failed to open tries no more.
    expect(
      String(await client.client('LIST'))
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });

  test('given a Redis that was gone and is back, when it stands still, then what is told is that, and nothing of before', async () => {
    await proxy.shut();
    await waitUntil('it is told why', () =>
      store.ping().then(
        () => false,
        ({ message }: Error) => message.includes('ECONNREFUSED'),
      ),
    );
    await proxy.open();
    await worksWithin(RECOVERY_MS);
    server.pause();
    await expect(store.ping()).rejects.toThrow(/^Redis did not answer within \d+ ms$/);
    server.resume();
  });

  test('given lost connections, when they come back, then nothing is printed beside the log', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await server.kill();
    await sleep(200);
    await server.restart();
    await worksWithin(LITTLE_MS);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});
