import { Redis } from 'ioredis';
import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import { StoreKeys } from '../../src/store/keys';
import { openRedisClient } from '../../src/store/redis/redis-client';
import { RedisClusterStore } from '../../src/store/redis/redis-cluster-store';
import { RedisCommands } from '../../src/store/redis/redis-commands';
import { redisNodes } from '../../src/store/redis/redis-nodes';
import { type OpenedStore, StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import { type CommandProxy, startCommandProxy } from './command-proxy';
import { type DelayingProxy, startDelayingProxy } from './delaying-proxy';
import {
  budget,
  codeCheck,
  granted,
  guesses,
  hourly,
  MOBILE,
  OTHER_MOBILE,
  perClient,
  RIGHT,
  reserveSolved,
  tries,
  WRONG,
} from './requests';

const TIMEOUT_MS = 2_000;
/** How much later than the time-out a late answer comes: time for another server to do something first. */
const LATER_MS = 1_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const KEYS = new StoreKeys();
const LIMITS = [hourly(9), perClient(9), budget(9)];

/** The steps of a cluster, each of one slot, on one redis-server: what another server does before a step's late answer is there. */
describeWithRedis("a cluster's step that acts, and whose answer comes too late", () => {
  jest.setTimeout(60_000);
  let server: RedisServer;
  let redis: Redis;
  let delaying: DelayingProxy;
  let seeing: CommandProxy;
  let store: OpenedStore;
  /** Another server's, on the same Redis. */
  let rival: OpenedStore;
  /** What the first command that names this is about to do is answered late. */
  let named: string | undefined;
  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    delaying = await startDelayingProxy(server.port);
    seeing = await startCommandProxy(Number(new URL(delaying.url).port), async (command) => {
      if (named === undefined || !command.includes(named)) return undefined;
      named = undefined;
      delaying.delayReplies(TIMEOUT_MS + LATER_MS);
      return undefined;
    });
    [store, rival] = await Promise.all([open(seeing.url), open(server.url)]);
    await reserveSolved(rival, 'before', { mobile: OTHER_MOBILE });
  });
  afterEach(async () => {
    await Promise.all([store?.close(), rival?.close()]);
    redis?.disconnect();
    await Promise.all([seeing?.close(), delaying?.close()]);
    await server?.close();
  });

  async function open(url: string): Promise<OpenedStore> {
    const client = openRedisClient({ kind: 'single', url }, TIMEOUT_MS);
    const commands = new RedisCommands(client, redisNodes(client), TIMEOUT_MS);
    await commands.connect();
    return new RedisClusterStore(commands, KEYS);
  }
  /** What a message to another mobile would be the nth of, for its client and over all. */
  const counts = async () =>
    granted(await reserveSolved(rival, 'probe', { mobile: '13700137000', limits: [perClient(9), budget(9)] })).counts;
  const isCounted = async (limit: SlidingWindowLimit) => (await redis.exists(KEYS.limit(limit))) === 1;
  const sendTooLate = async () => {
    named = RIGHT;
    await expect(reserveSolved(store, 'mine', { limits: LIMITS })).rejects.toThrow(StoreUnavailableError);
  };
  const guess = (code: string) => rival.checkCode(codeCheck({ uuid: 'mine', code }));
  const isRefunded = () =>
    waitUntil('its code is gone', async () => (await redis.exists(`sms:${MOBILE}`)) === 0, 5 * LATER_MS);

  test.each([
    ['a wrong', WRONG, 'mismatch'],
    ['the right', RIGHT, 'ok'],
  ])(
    'given a message whose caller was told that it failed, when %s code is tried meanwhile, then it stays counted everywhere',
    async (_, code, status) => {
      await sendTooLate();
      expect((await guess(code)).status).toBe(status);
      await isRefunded();
      await pause(LATER_MS);
      expect(await isCounted(hourly(9))).toBe(true);
      expect(await counts()).toEqual([2, 2]);
    },
  );

  test('given a message whose caller was told that it failed, when nobody tries its code, then nothing stays counted', async () => {
    await sendTooLate();
    await isRefunded();
    await waitUntil(
      'nothing is counted',
      async () => !(await isCounted(perClient(9))) && !(await isCounted(budget(9))),
    );
    expect(await isCounted(hourly(9))).toBe(false);
  });

  test('given a message whose answer is lost with the connection, so that its code is good, then it stays counted everywhere', async () => {
    await sendTooLate();
    // Time for refunds, of which there must be none.
    await pause(LATER_MS / 2);
    await delaying.shut();
    await pause(LATER_MS);
    expect((await guess(WRONG)).status).toBe('mismatch');
    expect(await isCounted(hourly(9))).toBe(true);
    expect(await counts()).toEqual([2, 2]);
  });

  test('given a wrong code whose caller was told that it failed, then it is counted as a try, and as no guess', async () => {
    await reserveSolved(rival, 'mine');
    named = WRONG;
    const limits = { guesses: guesses(9), verifications: tries(9) };
    await expect(store.checkCode(codeCheck({ uuid: 'mine', code: WRONG, ...limits }))).rejects.toThrow(
      StoreUnavailableError,
    );
    await waitUntil('it is no guess', async () => !(await isCounted(guesses(9))), 5 * LATER_MS);
    expect(await isCounted(tries(9))).toBe(true);
  });

  test('given a message that was not sent, when each step of its refund is slow, then the caller is told in time, and nothing stays counted', async () => {
    const { countedAt } = granted(await reserveSolved(store, 'mine', { limits: LIMITS }));
    delaying.delayReplies(0.75 * TIMEOUT_MS);
    const start = performance.now();
    const refund = { mobile: MOBILE, uuid: 'mine', code: RIGHT, limits: LIMITS, countedAt };
    await expect(store.refundSend(refund)).rejects.toThrow(StoreUnavailableError);
    expect(performance.now() - start).toBeLessThan(1.4 * TIMEOUT_MS);
    await waitUntil(
      'nothing is counted',
      async () => !(await isCounted(perClient(9))) && !(await isCounted(budget(9))),
    );
  });
});
