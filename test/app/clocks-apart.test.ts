import { Redis } from 'ioredis';
import { pino } from 'pino';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import type { OpenedStore } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type LogLine, startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

const APART = "This server's clock and Redis' are apart: set the clock that is wrong (NTP)";
const AGREE = "This server's clock and Redis' agree again";

/** Resolves once this Redis was asked for the time a few times more. */
async function askedAgain(url: string): Promise<void> {
  const client = new Redis(url);
  const asked = async () => Number(/^cmdstat_time:calls=(\d+)/m.exec(await client.info('commandstats'))?.[1]);
  const before = await asked();
  await waitUntil('it is asked for the time again', async () => (await asked()) > before + 2, 60_000);
  client.disconnect();
}

/** Whether it is so many, as far as a machine can tell that answers late. */
const about = (seconds: number, line: LogLine | undefined) => Math.abs(Number(line?.seconds) - seconds) < 10;

describeWithRedis('Clocks that are apart', () => {
  let redis: RedisServer;
  jest.setTimeout(120_000);
  beforeAll(async () => {
    redis = await startRedis();
  });
  let store: OpenedStore | undefined;
  afterAll(() => redis?.close());
  afterEach(() => store?.close());

  test('a server that is eleven minutes behind warns at its start, once', async () => {
    const shifted = 'globalThis.trueNow=Date.now;Date.now=()=>trueNow()-660000';
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(shifted)}`;
    const server = await startServer({ REDIS_URL: redis.url, NODE_OPTIONS });
    await askedAgain(redis.url);
    await server.stop();
    const lines = server.logs.filter(({ level, msg }) => level > 30 && /clock/.test(msg));
    expect(lines).toMatchObject([{ level: 40, seconds: expect.any(Number), redis: 'ahead', msg: APART }]);
    expect(about(660, lines[0])).toBe(true);
  });

  /** A store on it for a process whose clock is set, and what it says. */
  async function opened(url: string) {
    const lines: LogLine[] = [];
    const log = pino({ base: undefined, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) });
    const world = { aheadMs: 0 };
    const settings = { kind: 'redis', target: redisTarget(url), timeoutMs: 10_000 } as const;
    store = await openStore(settings, { clock: () => Date.now() + world.aheadMs, log });
    return { world, lines };
  }

  test('a clock that is set while the server runs is told of once, and once when it is right again', async () => {
    const { world, lines } = await opened(redis.url);
    await askedAgain(redis.url);
    world.aheadMs = -55_000;
    await askedAgain(redis.url);
    expect(lines).toEqual([]);
    world.aheadMs = 90_000;
    await askedAgain(redis.url);
    world.aheadMs = 59_000;
    await askedAgain(redis.url);
    world.aheadMs = 3_600_000;
    await askedAgain(redis.url);
    expect(lines).toEqual([{ level: 40, seconds: expect.any(Number), redis: 'behind', msg: APART }]);
    expect(about(90, lines[0])).toBe(true);
    world.aheadMs = 2_000;
    await askedAgain(redis.url);
    expect(lines.slice(1)).toEqual([{ level: 30, msg: AGREE }]);
  });
});
