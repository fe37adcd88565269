import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { type OpenedStore, StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import { startCommandProxy } from './command-proxy';
import { captcha } from './requests';

const DATABASE = 5;
const TIMEOUT_MS = 5_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeWithRedis('a store in another database than 0, whose connection is made anew', () => {
  let server: RedisServer;
  let operator: Redis;
  let store: OpenedStore;
  beforeEach(async () => {
    server = await startRedis();
    operator = new Redis(server.url);
    await operator.call('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '&*', '+@all');
    const url = `${server.url.replace('redis://', 'redis://shop:secret@')}/${DATABASE}`;
    store = await openStore({ kind: 'redis', target: redisTarget(url), timeoutMs: TIMEOUT_MS });
  });
  afterEach(async () => {
    await store?.close();
    operator.disconnect();
    await server.close();
  });

  const cut = () => operator.call('CLIENT', 'KILL', 'USER', 'shop');
  const isTaken = (used: OpenedStore) =>
    used.issueCaptcha(captcha()).then(
      ({ status }) => status === 'taken',
      () => false,
    );
  const isRefused = (call: Promise<unknown>) =>
    call.then(
      () => false,
      (error) => error instanceof StoreUnavailableError,
    );

  test('given a SELECT that is refused, when it is used, then every call fails and nothing is in database 0; once it is taken, all that was there counts', async () => {
    await store.issueCaptcha(captcha());
    await operator.call('ACL', 'SETUSER', 'shop', '-select');
    await cut();
    const until = performance.now() + 1_000;
    while (performance.now() < until) {
      expect(await isRefused(store.issueCaptcha(captcha()))).toBe(true);
      expect(await isRefused(store.peekCaptcha('uuid-1'))).toBe(true);
      expect(await isRefused(store.linkMessage('reference', 'smsId', 1_000))).toBe(true);
      expect(await isRefused(store.ping())).toBe(true);
      // Time to connect.
      await pause(5);
    }
    const why = () =>
      store.ping().then(
        () => '',
        (error: Error) => error.message,
      );
    // While the connection is made anew there is none.
    await waitUntil('it says why', async () => /database 5 can't be used: .*(NOPERM|permission)/i.test(await why()));
    expect(await operator.dbsize()).toBe(0);

    await operator.call('ACL', 'SETUSER', 'shop', '+select');
    await waitUntil('it is used again', () => isTaken(store));
    expect(await operator.dbsize()).toBe(0);
  });

  test('given a SELECT that finds Redis busy once, as a slow script makes it, when it is used, then never in database 0', async () => {
    let isBusy = false;
    const proxy = await startCommandProxy(server.port, async (command) => {
      if (!isBusy || !/\r\nselect\r\n/i.test(command)) return undefined;
      isBusy = false;
      // Behind the answers to what came before.
      await pause(50);
      return '-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n';
    });
    const url = `${proxy.url.replace('redis://', 'redis://shop:secret@')}/${DATABASE}`;
    const behind = await openStore({ kind: 'redis', target: redisTarget(url), timeoutMs: TIMEOUT_MS });
    try {
      await behind.issueCaptcha(captcha());
      isBusy = true;
      await cut();
      await waitUntil('it is used again', () => isTaken(behind));
      expect(isBusy).toBe(false);
      expect(await operator.dbsize()).toBe(0);
    } finally {
      await behind.close();
      await proxy.close();
    }
  });
});
