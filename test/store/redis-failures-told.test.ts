import { openStore } from '../../src/store/open-store';
import { Deadlines } from '../../src/store/redis/deadlines';
import { StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';

/** Longer than the test takes: nothing here waits for it. */
const TIMEOUT_MS = 5_000;

describeWithRedis('what operators are told of a Redis that fails', () => {
  test('given a connection that breaks under a call, and then none, when calls fail, then that is said, in no library’s words', async () => {
    const server = await startRedis();
    const store = await openStore({
      kind: 'redis',
      target: { kind: 'single', url: server.url },
      timeoutMs: TIMEOUT_MS,
    });
    try {
      server.pause();
      const underWay = store.ping();
      const told = expect(underWay).rejects.toThrow(/^The connection to Redis broke/);
      await server.kill();
      await told;
      await waitUntil(
        'it says why there is none',
        () =>
          store
            .ping()
            .catch(({ message }: Error) =>
              /^The connection to Redis broke \(.*ECONNREFUSED/.test(message),
            ) as Promise<boolean>,
      );
    } finally {
      await store.close();
      await server.close();
    }
  });

  test('given a step for which earlier ones left little time, when it is not answered, then it is said how long the call took', async () => {
    const deadlines = new Deadlines((message) => message, 900);
    const never = new Promise<never>(() => undefined);
    const failed = new StoreUnavailableError('Redis did not answer within 900 ms');
    await expect(deadlines.bound(never, performance.now() + 5)).rejects.toEqual(failed);
  });
});
