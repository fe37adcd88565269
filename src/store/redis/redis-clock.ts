import { performance } from 'node:perf_hooks';

/**
 * What time it is on the Redis server, so that a command can carry the moment after which it must not act any more. It follows a
 * monotonic clock between two readings, so that a server whose own clock is wrong, or is set, changes nothing.
 */
export class RedisClock {
  private offset = Number.POSITIVE_INFINITY;

  /** Takes a reading, in ms on Redis's clock. */
  read(redisNow: number): void {
    this.offset = redisNow - performance.now();
  }

  /** The moment `ms` from now on Redis's clock, whole ms. Without a reading: never, so the first command's answer is one. */
  after(ms: number): number {
    return Number.isFinite(this.offset) ? Math.ceil(performance.now() + this.offset + ms) : Number.MAX_SAFE_INTEGER;
  }
}
