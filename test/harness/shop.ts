import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { StandIn } from '../sms/stand-in/stand-in';
import { ApiClient, captchaOf } from './api-client';
import { type RedisServer, startRedis } from './redis-server';
import { startRonglian } from './ronglian';
import { type Environment, type ServerProcess, startServer } from './server-process';

/** Limits that tests of other things must not run into. */
export const NO_CLIENT_LIMITS: Environment = {
  ABUSE_POLICY: 'off',
  SMS_PER_CLIENT_HOUR: '0',
  SMS_PER_NETWORK_HOUR: '0',
  CAPTCHA_PER_CLIENT_MINUTE: '0',
  CAPTCHA_PER_NETWORK_MINUTE: '0',
  VERIFY_PER_CLIENT_HOUR: '0',
};

const open = new Set<Shop>();
// A test that failed before it closed its shop must not keep the others waiting.
if (typeof afterAll === 'function') afterAll(() => Promise.all([...open].map((shop) => shop.close())));

/** Real servers on one real Redis, sending through Ronglian's loopback double. */
export class Shop {
  private lastMobile = 13_800_138_000;

  private constructor(
    readonly redisServer: RedisServer,
    /** What another service of the shop has in its hands. */
    readonly redis: Redis,
    readonly standIn: StandIn,
    /** The settings that all servers run with. */
    readonly environment: Environment,
    readonly servers: readonly ServerProcess[],
  ) {}

  static async open(environment: Environment = NO_CLIENT_LIMITS, servers = 1): Promise<Shop> {
    const [redisServer, ronglian] = await Promise.all([startRedis(), startRonglian()]);
    const settings = { ...ronglian.environment, REDIS_URL: redisServer.url, ...environment };
    const redis = new Redis(redisServer.url, { retryStrategy: () => 50 });
    redis.on('error', () => undefined);
    const started = await Promise.all(Array.from({ length: servers }, () => startServer(settings)));
    const shop = new Shop(redisServer, redis, ronglian.standIn, settings, started);
    open.add(shop);
    return shop;
  }

  async close(): Promise<void> {
    open.delete(this);
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.standIn.close();
    this.redis.disconnect();
    await this.redisServer.close();
  }

  get server(): ServerProcess {
    return this.servers[0] as ServerProcess;
  }

  /** A client of the nth server. */
  api(n = 0, headers: Readonly<Record<string, string>> = {}): ApiClient {
    return new ApiClient(this.servers[n % this.servers.length]?.url ?? '', headers);
  }

  /** A mobile that nobody else uses. */
  newMobile(): string {
    this.lastMobile += 1;
    return String(this.lastMobile);
  }

  /** A captcha that a server issued, and its answer. */
  async solved(): Promise<{ uuid: string; imageCode: string }> {
    const { uuid } = await this.api().imageCaptcha();
    return { uuid: String(uuid), imageCode: await captchaOf(this.redis, uuid) };
  }

  /** A captcha put there by another service, over a connection of its own if it has one: cheaper, where many are needed. */
  async seededCaptcha(redis = this.redis): Promise<{ uuid: string; imageCode: string }> {
    const uuid = randomBytes(8).toString('hex');
    await redis.set(`img:${uuid}`, 'HAPPY', 'EX', 300);
    return { uuid, imageCode: 'HAPPY' };
  }

  /** Keys in alphabetical order; all but what is kept for operators alone, which is written when the answer is out. */
  async keys(pattern = '*'): Promise<string[]> {
    return (await this.redis.keys(pattern)).filter((key) => !/^tally:|:history$/.test(key)).sort();
  }

  /** Keys that would stay for ever. */
  async endlessKeys(): Promise<string[]> {
    const keys = await this.redis.keys('*');
    const ends = await Promise.all(keys.map((key) => this.redis.pttl(key)));
    // -1: without an end; -2: has ended since it was listed.
    return keys.filter((_, i) => ends[i] === -1);
  }

  /** The code of the message that the provider took last. */
  lastCode(): string {
    return this.standIn.accepted.at(-1)?.code ?? '';
  }

  /** Messages that the provider took since the last call: what people would have received. */
  newMessages(): StandIn['accepted'] {
    return this.standIn.accepted.splice(0);
  }
}
