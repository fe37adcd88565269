import { openStore } from '../../src/store/open-store';
import { openRedisClient } from '../../src/store/redis/redis-client';
import { RedisCommands } from '../../src/store/redis/redis-commands';
import { redisNodes } from '../../src/store/redis/redis-nodes';
import { redisTarget } from '../../src/store/redis/redis-target';
import { type SendReserved, type Store, StoreUnavailableError } from '../../src/store/store';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import { succeeds, waitUntil } from '../harness/wait-until';
import { budget, captcha, cooldown, hourly, perClient, reservation, reserveSolved } from '../store/requests';

/** Room for hundreds of sends at once on a busy machine: all steps of one share it. */
const TIMEOUT_MS = 3_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describeWithRedis('The store’s connections to a cluster that wants a password', () => {
  let cluster: RedisCluster;
  let store: Store;
  let mobiles = 13_800_000_000;
  beforeAll(async () => {
    cluster = await RedisCluster.start({ password: 'p:a/s@s' });
  }, 60_000);
  afterAll(() => cluster?.close());
  beforeEach(async () => {
    await cluster.healthy();
    await cluster.flush();
    store = await open();
  });
  afterEach(() => store.close());

  const open = (timeoutMs = TIMEOUT_MS) => openStore({ kind: 'redis', target: redisTarget(cluster.url), timeoutMs });

  /** Each for a mobile of its own: one whose command acted twice would be refused by its own cooldown. */
  const reserve = (): Promise<SendReserved> => {
    mobiles += 1;
    const mobile = String(mobiles);
    const limits = [cooldown(mobile), hourly(5, mobile), perClient(1_000_000), budget(1_000_000)];
    return reserveSolved(store, mobile, { mobile, limits });
  };
  const settle = async (calls: Promise<SendReserved>[]): Promise<Record<string, number>> => {
    const tally: Record<string, number> = {};
    for (const result of await Promise.allSettled(calls)) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailableError);
      const outcome = result.status === 'fulfilled' ? result.value.status : 'unavailable';
      tally[outcome] = (tally[outcome] ?? 0) + 1;
    }
    return tally;
  };
  /** Connections that are not the test's own, nor the nodes’ to each other. */
  const connections = async () => {
    const lists = await cluster.onEach(async (client) => String(await client.call('CLIENT', 'LIST', 'TYPE', 'normal')));
    return lists.flatMap((list) => list.trim().split('\n')).length - lists.length;
  };

  test('given a store just opened, when 200 sends come at once for slots of all nodes, then none finds a connection missing', async () => {
    // Whether they are fast is nothing to this test.
    await store.close();
    store = await open(10 * TIMEOUT_MS);
    expect(await settle(Array.from({ length: 200 }, reserve))).toEqual({ ok: 200 });
    expect(await store.issueCaptcha(captcha())).toEqual({ status: 'ok' });
  });

  test('given one primary of three that evicts what it holds, whichever it is, when a store is opened, then that is warned of', async () => {
    for (const primary of await cluster.primaries()) {
      const evict = (policy: string, memory: string) =>
        cluster.withClient(primary, async (client) => {
          await client.config('SET', 'maxmemory-policy', policy);
          await client.config('SET', 'maxmemory', memory);
        });
      const warnings: object[] = [];
      await evict('allkeys-lru', '100mb');
      const target = redisTarget(cluster.url);
      const log = { warn: (fields: object) => warnings.push(fields) } as never;
      const opened = await openStore({ kind: 'redis', target, timeoutMs: TIMEOUT_MS }, { log });
      await opened.close();
      await evict('noeviction', '0');
      expect(warnings).toEqual([{ policy: 'allkeys-lru' }]);
    }
  });

  test('given primaries that all evict, when a store is opened, then that is warned of once', async () => {
    const evict = (policy: string, memory: string) =>
      cluster.onEach(async (client) => {
        await client.config('SET', 'maxmemory-policy', policy);
        await client.config('SET', 'maxmemory', memory);
      });
    const warnings: object[] = [];
    await evict('allkeys-lru', '100mb');
    const log = { warn: (fields: object) => warnings.push(fields) } as never;
    const target = redisTarget(cluster.url);
    const opened = await openStore({ kind: 'redis', target, timeoutMs: 10 * TIMEOUT_MS }, { log });
    await opened.close();
    await evict('noeviction', '0');
    expect(warnings).toEqual([{ policy: 'allkeys-lru' }]);
  });

  test('given connections that are given up once more while they are made anew, then they are in use again', async () => {
    const client = openRedisClient(redisTarget(cluster.url), TIMEOUT_MS);
    const commands = new RedisCommands(client, redisNodes(client), TIMEOUT_MS);
    await commands.connect();
    // As where one node after the other answers what it was not asked.
    client.once('connecting', () => client.disconnect(true));
    client.disconnect(true);
    const answers = () => succeeds(commands.ping());
    await waitUntil('they are given up', async () => !(await answers()), TIMEOUT_MS);
    await waitUntil('they are in use again', answers, 5 * TIMEOUT_MS);
    await commands.close();
  });

  test('given many stores, when each is opened and closed, then no connection stays', async () => {
    await store.close();
    await waitUntil('no connections before', async () => (await connections()) === 0);
    for (let i = 0; i < 20; i++) {
      store = await open();
      await Promise.all([reserve(), store.ping()]);
      await store.close();
    }
    await waitUntil('no connections after', async () => (await connections()) === 0);
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
  });

  /** Cuts the connection of 20 commands for one slot, and so for one node; returns how many acted and lost their answer. */
  async function actedAndLost(round: number): Promise<number> {
    const uuids = Array.from({ length: 20 }, (_, i) => `{one}${round}-${i}`);
    for (const uuid of uuids) await waitUntil('it is issued', () => succeeds(store.issueCaptcha(captcha({ uuid }))));
    const primary = await cluster.primaryOf('img:{one}');
    const results = await cluster.withClient(primary, async (client) => {
      await client.ping();
      primary.pause();
      const takes = Promise.allSettled(
        uuids.map((uuid) => store.reserveSend(reservation({ captcha: { uuid, answer: 'wrong' } }))),
      );
      await pause(50);
      const cut = client.call('CLIENT', 'KILL', 'TYPE', 'normal');
      await pause(50);
      // Both are waiting for it now: it takes the captchas and cuts the connection before it has answered.
      primary.resume();
      await cut;
      return takes;
    });
    for (const result of results) {
      // Who was sent again would find the captcha gone.
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(StoreUnavailableError);
      else expect(result.value).toEqual({ status: 'captcha-mismatch' });
    }
    const left = await cluster.keys('img:*');
    return results.filter(({ status }, i) => status === 'rejected' && !left.includes(`img:${uuids[i]}`)).length;
  }

  /** On all servers: so many messages live on each of them. */
  const goesOn = async () => (await settle(Array.from({ length: 30 }, reserve))).ok === 30;

  test('given commands that acted, when their connection is cut before the answers, then none is sent again', async () => {
    // Redis may come to the cut before the commands: then nothing acted, and it is tried again.
    let lost = 0;
    for (let round = 0; round < 20 && lost === 0; round++) lost = await actedAndLost(round);
    expect(lost).toBeGreaterThan(0);
    await waitUntil('it goes on', goesOn);
    expect(await settle(Array.from({ length: 100 }, reserve))).toEqual({ ok: 100 });
  });

  test('given connections that are cut again and again, then calls fail or act, and it goes on', async () => {
    const calls: Promise<SendReserved>[] = [];
    for (let round = 0; round < 20; round++) {
      calls.push(...Array.from({ length: 20 }, reserve));
      await cluster.onEach((client) => client.call('CLIENT', 'KILL', 'TYPE', 'normal'));
      await pause(20);
    }
    const { ok = 0, unavailable = 0, ...others } = await settle(calls);
    expect(others).toEqual({});
    expect(ok + unavailable).toBe(400);
    await waitUntil('it goes on', goesOn);
    expect(await settle(Array.from({ length: 100 }, reserve))).toEqual({ ok: 100 });
  });

  test('given slots that a replica takes over in good order, when commands are redirected, then each acts once', async () => {
    const old = await cluster.primaryOf('budget:day');
    const calls: Promise<SendReserved>[] = [];
    await cluster.onEach(async (client) => {
      const info = String(await client.info('replication'));
      if (info.includes(`master_port:${old.port}\r`)) await client.call('CLUSTER', 'FAILOVER');
    });
    await waitUntil('another primary', async () => {
      calls.push(reserve());
      return cluster.hasReplaced(old, 'budget:day');
    });
    const { ok = 0, unavailable = 0, ...others } = await settle(calls);
    expect(others).toEqual({});
    expect(ok).toBeGreaterThan(unavailable);
    await waitUntil('it goes on', goesOn);
    expect(await settle(Array.from({ length: 100 }, reserve))).toEqual({ ok: 100 });
  });

  test('given a primary that is gone and not yet replaced, then sends fail at once and the store is not ready', async () => {
    const lost = await cluster.killPrimaryOf('budget:day');
    await pause(100);
    const begun = performance.now();
    expect(await settle(Array.from({ length: 20 }, reserve))).toEqual({ unavailable: 20 });
    expect(performance.now() - begun).toBeLessThan(TIMEOUT_MS + 10_000);
    await expect(waitUntil('not ready', async () => !(await succeeds(store.ping())))).resolves.toBeUndefined();
    await waitUntil('ready again', () => succeeds(store.ping()));
    await lost.restart();
  });
});
