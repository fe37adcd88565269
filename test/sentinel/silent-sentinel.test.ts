import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import type { OpenedStore } from '../../src/store/store';
import { RedisSentinelSet } from '../harness/redis-sentinel';
import { describeWithRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';

const TIMEOUT_MS = 500;
/** So many clients, since what goes wrong depends on what each is doing when the sentinels name another primary. */
const CLIENTS = 8;
const MANY_MS = 20_000;

describeWithRedis('a primary that is killed together with the sentinel that clients ask first', () => {
  let set: RedisSentinelSet;
  let stores: OpenedStore[] = [];
  beforeEach(async () => {
    set = await RedisSentinelSet.start();
    const target = redisTarget(set.url);
    stores = await Promise.all(
      Array.from({ length: CLIENTS }, () => openStore({ kind: 'redis', target, timeoutMs: TIMEOUT_MS })),
    );
  }, 60_000);
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await set?.close();
  });

  const working = async () => {
    const answers = await Promise.allSettled(stores.map((store) => store.ping()));
    return answers.filter(({ status }) => status === 'fulfilled').length;
  };

  test('given clients that reconnect, when another primary is named, then all of them are used again, and nothing is printed', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    for (const mended of ['the first time', 'again']) {
      const lost = await set.primary();
      set.pauseFirstSentinel();
      await lost.kill();
      await waitUntil(`another primary, ${mended}`, () => set.hasReplaced(lost), MANY_MS);
      await waitUntil(`all clients are used, ${mended}`, async () => (await working()) === CLIENTS, MANY_MS);
      set.resumeFirstSentinel();
      await lost.restart();
      await waitUntil('a replica again', () => set.hasAllReplicas(), MANY_MS);
    }
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  }, 120_000);
});
