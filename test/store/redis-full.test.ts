import { mkdirSync } from 'node:fs';
import { Redis } from 'ioredis';
import { allowanceRule } from '../../src/limits/allowances';
import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import { StoreKeys } from '../../src/store/keys';
import { openStore } from '../../src/store/open-store';
import { type Store, StoreUnavailableError } from '../../src/store/store';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import {
  ALL_LIMITS,
  budget,
  captcha,
  codeCheck,
  countries,
  DAY,
  granted,
  guesses,
  HOUR,
  inboundArrival,
  inboundStart,
  LOCKOUT,
  MOBILE,
  perMinute,
  RIGHT,
  reservation,
  reserveSolved,
  tries,
  WRONG,
} from './requests';

/** Messages that a standing owes: a log of times and counts behind three other numbers. */
const COUNT_OWED = `
local owed, standing = 0, cmsgpack.unpack(redis.call('GET', KEYS[1]))
for i = 5, #standing, 2 do owed = owed + standing[i] end
return owed`;
const COUNTED = { guesses: guesses(100), verifications: tries(100) };

/** What keeps Redis from writing, and what lets it write again. */
const STATES: [string, (client: Redis) => Promise<unknown>, (client: Redis) => Promise<unknown>][] = [
  [
    'is full (maxmemory, noeviction)',
    (client) => client.config('SET', 'maxmemory', '1'),
    (client) => client.config('SET', 'maxmemory', '0'),
  ],
  [
    'is a read-only replica',
    (client) => client.call('REPLICAOF', '127.0.0.1', '1'),
    (client) => client.call('REPLICAOF', 'NO', 'ONE'),
  ],
  [
    'lacks the replicas that it wants',
    (client) => client.config('SET', 'min-replicas-to-write', '3'),
    (client) => client.config('SET', 'min-replicas-to-write', '0'),
  ],
  ['can save nothing (MISCONF)', breakSaving, (client) => client.config('SET', 'stop-writes-on-bgsave-error', 'no')],
];

/** Makes the last background save a failed one. */
async function breakSaving(client: Redis): Promise<void> {
  await client.config('SET', 'stop-writes-on-bgsave-error', 'yes');
  await client.config('SET', 'save', '3600 1000000');
  // Where the snapshot would go stands a folder that cannot be replaced.
  const [, folder] = (await client.config('GET', 'dir')) as [string, string];
  mkdirSync(`${folder}/dump.rdb/in-the-way`, { recursive: true });
  await client.bgsave();
  await waitUntil('the save fails', async () =>
    String(await client.info('persistence')).includes('rdb_last_bgsave_status:err'),
  );
}

describeWithRedis('a Redis that cannot write', () => {
  let server: RedisServer;
  let client: Redis;
  let store: Store;
  beforeEach(async () => {
    server = await startRedis();
    client = new Redis(server.url);
    store = await openStore({ kind: 'redis', target: { kind: 'single', url: server.url }, timeoutMs: 5_000 });
  });
  afterEach(async () => {
    await store.close();
    client.disconnect();
    await server.close();
  });

  /** Everything that is stored, with what it holds. */
  const contents = async () => {
    const keys = (await client.keys('*')).sort();
    return Promise.all(keys.map(async (key) => [key, await client.getBuffer(key)]));
  };
  const check = (code: string, uuid = 'a') => store.checkCode(codeCheck({ uuid, code, ...COUNTED }));

  test.each(STATES)(
    'given it %s, when anything is asked for, then it is unavailable and nothing has changed; afterwards all tries are there',
    async (_, breakIt, mendIt) => {
      const reserved = granted(await reserveSolved(store, 'a', { limits: ALL_LIMITS }));
      await store.issueCaptcha(captcha({ uuid: 'kept', limits: [perMinute(9)] }));
      await store.startInbound(inboundStart({ uuid: 'waits', purpose: 'LOGIN' }));
      const before = await contents();
      await breakIt(client);

      const kept = { uuid: 'kept', answer: 'ABCDE' };
      const calls = [
        () => check(WRONG),
        () => check(RIGHT),
        () => check(WRONG, 'unknown'),
        () => store.issueCaptcha(captcha({ uuid: 'more', limits: [perMinute(9)] })),
        () => store.reserveSend(reservation({ captcha: kept, mobile: '13900139000', limits: [] })),
        () => store.reserveSend(reservation({ captcha: { ...kept, answer: 'wrong' } })),
        () => store.startInbound(inboundStart({ uuid: 'kept', captcha: { answer: 'ABCDE', solved: [] } })),
        () => store.startInbound(inboundStart({ uuid: 'kept', captcha: { answer: 'wrong', solved: [] } })),
        () => store.startInbound(inboundStart({ uuid: 'spent' })),
        () => store.confirmInbound(inboundArrival({ purpose: 'LOGIN' })),
      ];
      for (const call of [...calls, ...calls]) await expect(call()).rejects.toBeInstanceOf(StoreUnavailableError);
      const guessing = Array.from({ length: 300 }, (_, i) => check(String(i).padStart(6, '0')));
      for (const result of await Promise.allSettled([...guessing, check(RIGHT)]))
        expect(result.status).toBe('rejected');
      expect(await contents()).toEqual(before);

      await mendIt(client);
      // A client that is told READONLY connects anew, to whoever is the primary now.
      let first: unknown;
      await waitUntil('it works again', async () => {
        first = await check(WRONG).catch(() => undefined);
        return first !== undefined;
      });
      expect(first).toMatchObject({ status: 'mismatch', attemptsLeft: 4 });
      expect((await check(RIGHT)).status).toBe('ok');
      expect((await store.confirmInbound(inboundArrival({ purpose: 'LOGIN' }))).status).toBe('ok');
      expect(reserved.counts).toEqual([1, 1, 1, 1, 1, 1]);
    },
  );

  test('given it fills up in the middle of a burst of guesses, when they are answered, then no more than five were compared', async () => {
    await reserveSolved(store, 'a');
    const burst = Array.from({ length: 400 }, (_, i) => check(String(i).padStart(6, '0')));
    const full = client.config('SET', 'maxmemory', '1');
    const answers = await Promise.allSettled(burst);
    await full;
    const compared = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 'mismatch');
    expect(compared.length).toBeLessThanOrEqual(4);
    await client.config('SET', 'maxmemory', '0');
    // Every try that was compared is counted.
    for (let left = 4 - compared.length; left > 0; left--)
      expect(await check(WRONG)).toMatchObject({ status: 'mismatch', attemptsLeft: left });
    expect((await check(WRONG)).status).toBe('locked');
    expect((await check(RIGHT)).status).toBe('locked');
  });

  test('given a mobile that a lower limit locks, when it is full, then no try is counted and the lock stays as it was', async () => {
    await reserveSolved(store, 'a');
    const failures = new StoreKeys().failures(MOBILE);
    await client.set(failures, '12', 'PX', DAY);
    const lockout = { ...LOCKOUT, maxFailures: 10 };
    await client.config('SET', 'maxmemory', '1');
    const before = await contents();
    await expect(store.checkCode(codeCheck({ uuid: 'a', lockout, ...COUNTED }))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    expect(await contents()).toEqual(before);
    expect(await client.pttl(failures)).toBeGreaterThan(HOUR);
    await client.config('SET', 'maxmemory', '0');
    expect(await store.checkCode(codeCheck({ uuid: 'a', lockout, ...COUNTED }))).toMatchObject({ waitMs: HOUR });
    expect(await client.pttl(failures)).toBeLessThanOrEqual(HOUR);
  });

  test('given it is full, when a message was refused by its provider, then its refund is done, since that makes room', async () => {
    const reserved = granted(await reserveSolved(store, 'a', { limits: ALL_LIMITS }));
    await client.config('SET', 'maxmemory', '1');
    await store.refundSend({
      mobile: MOBILE,
      uuid: 'a',
      code: RIGHT,
      limits: ALL_LIMITS,
      countedAt: reserved.countedAt,
    });
    expect(await client.keys('*')).toEqual([]);
  });
});

describeWithRedis('a cluster of which a node cannot write', () => {
  let cluster: RedisCluster;
  let store: Store;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
    const urls = cluster.url.split(',');
    store = await openStore({ kind: 'redis', target: { kind: 'cluster', urls }, timeoutMs: 5_000 });
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await cluster?.close();
  });

  test.each([`sms:${MOBILE}`, '{client:a}:sms', 'budget:day', 'img:b'])(
    'given the node of %s is full, when codes are checked and asked for, then nothing is compared or left counted',
    async (key) => {
      await cluster.flush();
      await reserveSolved(store, 'a');
      await store.issueCaptcha(captcha({ uuid: 'b' }));
      const node = await cluster.primaryOf(key);
      const setMemory = (bytes: string) =>
        cluster.withClient(node, (client) => client.config('SET', 'maxmemory', bytes));
      await setMemory('1');
      const send = store.reserveSend(
        reservation({ captcha: { uuid: 'b', answer: 'ABCDE' }, code: '246801', limits: ALL_LIMITS }),
      );
      await expect(send).rejects.toBeInstanceOf(StoreUnavailableError);
      if (key === `sms:${MOBILE}`) {
        for (const code of [WRONG, RIGHT]) {
          const check = store.checkCode(codeCheck({ uuid: 'a', code }));
          await expect(check).rejects.toBeInstanceOf(StoreUnavailableError);
        }
      }
      await waitUntil('nothing is left counted', async () =>
        (await cluster.keys('*')).every((name) => !/:(sms|day|hour|cooldown)$/.test(name)),
      );
      await setMemory('0');
      if (key === 'img:b') expect(await store.peekCaptcha('b')).toBe('ABCDE');
      expect(await store.checkCode(codeCheck({ uuid: 'a', code: WRONG }))).toMatchObject({ attemptsLeft: 4 });
      expect((await store.checkCode(codeCheck({ uuid: 'a' }))).status).toBe('ok');
    },
  );

  test.each<[string, (n: number) => SlidingWindowLimit]>([
    ['events', () => budget(9)],
    ['different values', (n) => countries(9, n + 1)],
  ])(
    'given the node of a limit of %s is full, when a message was refused by its provider, then it alone is refunded',
    async (_, limitOf) => {
      await cluster.flush();
      const node = await cluster.primaryOf(new StoreKeys().limit(limitOf(0)));
      const send = async (n: number) =>
        granted(await reserveSolved(store, `uuid-${n}`, { mobile: `1380013800${n}`, limits: [limitOf(n)] }));
      for (const n of [0, 1]) await send(n);
      const { countedAt } = await send(2);
      await cluster.withClient(node, (client) => client.config('SET', 'maxmemory', '1'));
      try {
        const limits = [limitOf(2)];
        await store.refundSend({ mobile: '13800138002', uuid: 'uuid-2', code: RIGHT, limits, countedAt });
      } finally {
        await cluster.withClient(node, (client) => client.config('SET', 'maxmemory', '0'));
      }
      expect((await send(3)).counts).toEqual([3]);
    },
  );

  test('given the node of what a client owes is full, when a message is asked for, then nobody owes it; what was not sent is refunded all the same', async () => {
    await cluster.flush();
    const keys = new StoreKeys();
    // What every charge writes stands on two nodes at most: the third has what this client owes, and nothing else.
    const others = await Promise.all(
      [keys.pool('unknown'), keys.allowancesStarted()].map((key) => cluster.primaryOf(key)),
    );
    const node = (await cluster.primaries()).find((primary) => !others.includes(primary)) as RedisServer;
    const idWhose = async (key: (id: string) => string, isThere: boolean) => {
      for (let n = 0; ; n++) if (((await cluster.primaryOf(key(`id${n}`))) === node) === isThere) return `id${n}`;
    };
    const elsewhere = async (kind: 'network' | 'parent') => idWhose((id) => keys.standing(kind, id), false);
    const allowance = {
      ...{ rule: allowanceRule(10_000, 20), mode: 'enforce' as const },
      client: await idWhose((id) => keys.standing('client', id), true),
      network: await elsewhere('network'),
      parent: await elsewhere('parent'),
      person: await idWhose((id) => keys.person(id), false),
    };
    const mobileElsewhere = async (prefix: string) => {
      const digits = await idWhose((id) => keys.code(prefix + id.slice(2).padStart(4, '0')), false);
      return prefix + digits.slice(2).padStart(4, '0');
    };
    const mobiles = ['1380013', '1370013', '1390013'].map(mobileElsewhere);
    const [mobile = '', earlierMobile, otherMobile] = await Promise.all(mobiles);
    const uuid = await idWhose((id) => keys.captcha(id), false);
    granted(await reserveSolved(store, uuid, { mobile: earlierMobile, allowance }));
    const sent = granted(await reserveSolved(store, uuid, { mobile, allowance }));
    await store.issueCaptcha(captcha({ uuid }));
    const owed = () =>
      cluster.withClient(node, async (client) => {
        const raw = await client.getBuffer(standing);
        return raw === null ? 0 : Number(await client.eval(COUNT_OWED, 1, standing));
      });
    const standing = keys.standing('client', allowance.client);
    expect(await owed()).toBe(2);
    await cluster.withClient(node, (client) => client.config('SET', 'maxmemory', '1'));
    try {
      const again = reservation({ captcha: { uuid, answer: 'ABCDE' }, mobile: otherMobile, allowance });
      await expect(store.reserveSend(again)).rejects.toBeInstanceOf(StoreUnavailableError);
      expect(await owed()).toBe(2);
      const { charge = 'own', chargedAt = 0, countedAt } = sent;
      await store.refundSend({
        ...{ mobile, uuid, code: RIGHT, limits: [], countedAt },
        allowance: { ...allowance, charge, sentAt: chargedAt },
      });
      expect(await owed()).toBe(1);
    } finally {
      await cluster.withClient(node, (client) => client.config('SET', 'maxmemory', '0'));
    }
  });
});
