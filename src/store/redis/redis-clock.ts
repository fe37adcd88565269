import { performance } from 'node:perf_hooks';

/**
 * What time it is on one Redis server, so that a command can carry the moment after which it must not act any more. Every answer brings
 * a reading, taken at some moment between its question and its arrival; between readings this process's monotonic clock goes on.
 *
 * Of what the readings allow, the clock that is furthest behind counts: a command then expires early rather than late. A server whose
 * clock was set back, or lags, shows in the first reading that comes from further behind than the one before, and is followed at once.
 */
export class RedisClock {
  private offset: number | undefined;

  /**
   * Takes a reading.
   * @param redisNow whole ms on Redis's clock.
   * @param askedAt when the question was sent, on this process's monotonic clock.
   */
  read(redisNow: number, askedAt: number): void {
    const least = redisNow - performance.now();
    const most = redisNow + 1 - askedAt;
    const { offset } = this;
    this.offset = offset === undefined || offset > most ? least : Math.max(offset, least);
  }

  /** What Redis's clock shows at a moment of this process's monotonic clock, whole ms. */
  at(moment: number): number {
    if (this.offset === undefined) throw new Error("Redis's clock has not been read");
    return Math.ceil(moment + this.offset);
  }
}
