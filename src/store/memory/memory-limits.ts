import { captchaLimits } from '../../limits/captcha-limits';
import { isSparedToAllowed, type SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type { StoreKeys } from '../keys';
import type { ExpiringEntries } from './expiring-entries';
import { eventCount, type LogEntry, liveEntries, waitMs, withEvent, withoutEvent } from './sliding-window-log';

/** The limits of the in-process store: keeps the logs, and leaves the arithmetic to `sliding-window-log.ts`. */
export class MemoryLimits {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  /** The limits of a captcha as they hold for the next one. */
  ofNextCaptcha(limits: readonly SlidingWindowLimit[]): SlidingWindowLimit[] {
    return captchaLimits(
      limits,
      limits.map((limit) => eventCount(this.live(limit))),
    );
  }

  /** As the arithmetic of allowances takes it. */
  messagesToday(mobile: string): number[] {
    const key = this.keys.limit({ rule: 'mobile-day', subject: { kind: 'mobile', id: mobile } });
    return (this.entries.get<readonly LogEntry[]>(key) ?? []).flatMap(({ at, count }) => [at, count]);
  }

  live(limit: SlidingWindowLimit): LogEntry[] {
    return liveEntries(this.entries.get<readonly LogEntry[]>(this.keys.limit(limit)) ?? [], limit, this.clock());
  }

  /** @param isAllowed whether an operator spared the mobile its own caps. */
  longestWait(limits: readonly SlidingWindowLimit[], isAllowed = false): { limit: number; waitMs: number } | undefined {
    const waits = limits.map((limit) =>
      isAllowed && isSparedToAllowed(limit) ? 0 : waitMs(this.live(limit), limit, this.clock()),
    );
    const longest = Math.max(0, ...waits);
    return longest > 0 ? { limit: waits.indexOf(longest), waitMs: longest } : undefined;
  }

  /** @param now by which the event can be refunded. */
  count(limits: readonly SlidingWindowLimit[], now = this.clock()): void {
    for (const limit of limits) this.write(limit, withEvent(this.live(limit), limit, now));
  }

  refund(limits: readonly SlidingWindowLimit[], countedAt: readonly number[]): void {
    for (const [i, limit] of limits.entries())
      this.write(limit, withoutEvent(this.live(limit), limit, countedAt[i] ?? 0));
  }

  private write(limit: SlidingWindowLimit, log: readonly LogEntry[]): void {
    const last = log.at(-1);
    const key = this.keys.limit(limit);
    if (last) this.entries.set(key, log, last.at + limit.lengthMs - this.clock());
    else this.entries.delete(key);
  }
}
