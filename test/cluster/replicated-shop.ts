import { randomBytes } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { ApiClient, type Payload } from '../harness/api-client';
import type { RedisServer } from '../harness/redis-server';
import { startRonglian } from '../harness/ronglian';
import { type Environment, type ServerProcess, startServer } from '../harness/server-process';
import type { StandIn } from '../sms/stand-in/stand-in';

export type Captcha = { uuid: string; imageCode: string };

/** What a cluster and a sentinel set have in common. */
export interface ReplicatedRedis {
  /** REDIS_URL. */
  readonly url: string;
  connect(): Redis | Cluster;
  /** What the primaries of now hold. */
  keys(pattern: string): Promise<string[]>;
  /** Another server has the place of one that held a key. */
  hasReplaced(lost: RedisServer, key: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Two real servers on one replicated Redis, sending through Ronglian's loopback double. */
export class ReplicatedShop<R extends ReplicatedRedis> {
  private lastMobile = 13_800_138_000;
  private readonly servers: ServerProcess[] = [];

  private constructor(
    readonly replicated: R,
    /** What another service of the shop has in its hands. */
    readonly redis: Redis | Cluster,
    readonly standIn: StandIn,
    private readonly provider: Environment,
  ) {}

  static async open<R extends ReplicatedRedis>(start: () => Promise<R>, settings: Environment = {}) {
    const [replicated, ronglian] = await Promise.all([start(), startRonglian()]);
    const shop = new ReplicatedShop(replicated, replicated.connect(), ronglian.standIn, ronglian.environment);
    try {
      await shop.restart(settings);
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  /** Two servers with other settings, in place of those that run. What is stored stays. */
  async restart(settings: Environment): Promise<void> {
    await Promise.all(this.servers.splice(0).map((server) => server.stop()));
    const environment = {
      ...this.provider,
      REDIS_URL: this.replicated.url,
      ...settings,
    };
    this.servers.push(...(await Promise.all([startServer(environment), startServer(environment)])));
    // The first requests of a process compile and connect what all others use.
    const nobody = { mobile: '13800000000', imageCode: 'x', uuid: 'nobody' };
    for (const api of [this.api(0), this.api(1)]) await Promise.all([api.imageCaptcha(), api.sendSmsCode(nobody)]);
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.standIn.close();
    this.redis.disconnect();
    await this.replicated.close();
  }

  /** Both servers are the ones that were started. */
  get alive(): boolean {
    return this.servers.every((server) => server.alive);
  }

  /** Status of each server's readiness check. */
  readiness(): Promise<number[]> {
    return Promise.all(this.servers.map(async ({ url }) => (await fetch(`${url}/readyz`)).status));
  }

  /** A client of the nth server. */
  api(n = 0): ApiClient {
    return new ApiClient(this.servers[n % this.servers.length]?.url ?? '');
  }

  newMobile(): string {
    this.lastMobile += 1;
    return String(this.lastMobile);
  }

  /** A captcha that a server issued, and its answer. */
  async solved(): Promise<Captcha> {
    const { uuid } = await this.api().imageCaptcha();
    const imageCode = await this.redis.get(`img:${uuid}`);
    return { uuid: String(uuid), imageCode: String(imageCode) };
  }

  /** Captchas put there by another service. */
  seededCaptchas(count: number): Promise<Captcha[]> {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const uuid = randomBytes(8).toString('hex');
        await this.redis.set(`img:${uuid}`, 'HAPPY', 'EX', 300);
        return { uuid, imageCode: 'HAPPY' };
      }),
    );
  }

  /** So many sends at once over both servers, each with a captcha of its own. */
  async sendAtOnce(count: number, mobile: (n: number) => string): Promise<Payload[]> {
    const captchas = await this.seededCaptchas(count);
    return Promise.all(captchas.map((captcha, n) => this.api(n).sendSmsCode({ mobile: mobile(n), ...captcha })));
  }

  /** Messages that the provider took since the last call. */
  newMessages(): StandIn['accepted'] {
    return this.standIn.accepted.splice(0);
  }
}

/** How often each reason came. */
export function tally(payloads: readonly Payload[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of payloads) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
