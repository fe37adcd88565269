import type { Logger } from '../../log';
import { CLOCK_SKEW_FAILS_MS } from '../operator-store';

/** How near clocks must be to agree again, ms: well below what is warned of, so that a clock on the border is not told of each second. */
const AGREES_MS = CLOCK_SKEW_FAILS_MS / 2;

/** Logs that this process's clock and a Redis server's are apart, and that they agree again, once each. */
export class ClockSkew {
  /** Names of servers. */
  private readonly apart = new Set<string>();

  /** @param clock ms since the epoch. */
  constructor(
    readonly clock: () => number,
    private readonly log: Pick<Logger, 'info' | 'warn'> | undefined,
  ) {}

  /**
   * Takes a reading.
   * @param name of the server in a cluster; '' where there is one alone.
   * @param redisNow what its clock showed at some moment between the question and now, ms since the epoch.
   * @param askedAt when the question was sent, on `clock`.
   */
  read(name: string, redisNow: number, askedAt: number): void {
    const now = this.clock();
    // An answer that took long says little: what it leaves possible decides.
    const [least, most] = [redisNow - now, redisNow - askedAt];
    const node = name === '' ? undefined : name;
    if (this.apart.has(name)) {
      if (Math.max(Math.abs(least), Math.abs(most)) >= AGREES_MS) return;
      this.apart.delete(name);
      this.log?.info({ node }, "This server's clock and Redis' agree again");
    } else if (least >= CLOCK_SKEW_FAILS_MS || most <= -CLOCK_SKEW_FAILS_MS) {
      this.apart.add(name);
      const aheadMs = (least + most) / 2;
      const fields = { node, seconds: Math.round(Math.abs(aheadMs) / 1000), redis: aheadMs > 0 ? 'ahead' : 'behind' };
      this.log?.warn(fields, "This server's clock and Redis' are apart: set the clock that is wrong (NTP)");
    }
  }
}
