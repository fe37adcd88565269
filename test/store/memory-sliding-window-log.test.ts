import fc from 'fast-check';
import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import {
  eventCount,
  type LogEntry,
  liveEntries,
  waitMs,
  withEvent,
  withoutEvent,
} from '../../src/store/memory/sliding-window-log';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

/** What a caller knows: when his events were let in, and that they were not taken back. */
class Counted {
  times: number[] = [];
  log: LogEntry[] = [];

  constructor(readonly window: SlidingWindowLimit) {}

  wait(now: number): number {
    return waitMs(liveEntries(this.log, this.window, now), this.window, now);
  }

  add(now: number): void {
    this.log = withEvent(liveEntries(this.log, this.window, now), this.window, now);
    this.times.push(now);
  }

  remove(at: number, now: number): void {
    this.log = withoutEvent(liveEntries(this.log, this.window, now), this.window, at);
    this.times.splice(this.times.lastIndexOf(at), 1);
  }

  /** Events in the `ms` up to `now`, by plain counting. */
  within(ms: number, now: number): number {
    return this.times.filter((at) => at > now - ms && at <= now).length;
  }
}

const exactCap = fc.integer({ min: 1, max: 64 });
const largeCap = fc.integer({ min: 65, max: 200 });
const length = fc.constantFrom(1_000, 60_000, HOUR, 24 * HOUR, 99_991);
const MOST_EVENTS = 400;
/** A gap between attempts as a share of the window: bursts, trickles too fine to ever leave it, and pauses. */
const gap = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 8, arbitrary: fc.double({ min: 0, max: 0.004, noNaN: true }) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 0.02, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 0.2, noNaN: true }) },
);
/** Any number of them up to the most: by its own choice of size fast-check would never make more than a dozen. */
const gaps = fc.array(gap, { minLength: 1, maxLength: MOST_EVENTS, size: 'max' });
/** The first failure is enough: to shrink hundreds of events takes minutes. (So would an `expect` for each of them.) */
const RUN: fc.Parameters<unknown> = { numRuns: 100, endOnFailure: true };

function attempts(window: SlidingWindowLimit, shares: readonly number[]): number[] {
  let now = START;
  return shares.map((share) => {
    now += Math.round(share * window.lengthMs);
    return now;
  });
}

const stepOf = ({ cap, lengthMs }: SlidingWindowLimit) => (cap <= 64 ? 0 : Math.ceil(lengthMs / 64));

/** What of a limit its log doesn't depend on. */
const LIMIT = { rule: fc.constant('budget' as const), subject: fc.constant({ kind: 'everyone' as const }) };

describe('a sliding-window limit', () => {
  const windows = fc.record({ ...LIMIT, cap: fc.oneof(exactCap, largeCap), lengthMs: length });

  test('is tried with every cap full, the largest ones too', () => {
    const full = { exact: 0, large: 0 };
    fc.assert(
      fc.property(windows, gaps, (window, shares) => {
        const counted = new Counted(window);
        for (const now of attempts(window, shares)) {
          if (counted.wait(now) === 0) counted.add(now);
          else {
            full[window.cap <= 64 ? 'exact' : 'large'] += 1;
            break;
          }
        }
      }),
      RUN,
    );
    expect(full.exact).toBeGreaterThan(20);
    expect(full.large).toBeGreaterThan(10);
  });

  test('never holds more events than its cap, wherever it starts', () => {
    fc.assert(
      fc.property(windows, gaps, (window, shares) => {
        const counted = new Counted(window);
        for (const now of attempts(window, shares)) if (counted.wait(now) === 0) counted.add(now);
        const spans = counted.times.slice(window.cap).map((at, i) => at - (counted.times[i] ?? 0));
        expect(Math.min(Infinity, ...spans)).toBeGreaterThanOrEqual(window.lengthMs);
      }),
      RUN,
    );
  });

  test('refuses only when it is full: exactly up to a cap of 64, a step early at most above it', () => {
    fc.assert(
      fc.property(windows, gaps, (window, shares) => {
        const counted = new Counted(window);
        for (const now of attempts(window, shares)) {
          if (counted.wait(now) === 0) counted.add(now);
          else if (counted.within(window.lengthMs + stepOf(window), now) < window.cap)
            throw new Error(`early, at ${now}`);
        }
      }),
      RUN,
    );
  });

  test('tells the very ms at which the next one is let in', () => {
    fc.assert(
      fc.property(windows, gaps, (window, shares) => {
        const counted = new Counted(window);
        for (const now of attempts(window, shares)) {
          const wait = counted.wait(now);
          if (wait === 0) counted.add(now);
          else {
            const around = [counted.wait(now + wait - 1), counted.wait(now + wait)];
            if (around[0] !== 1 || around[1] !== 0) throw new Error(`not at ${now} + ${wait}: ${around}`);
          }
        }
      }),
      RUN,
    );
  });

  test('keeps a log of at most the cap, and of 66 entries for any cap', () => {
    fc.assert(
      fc.property(windows, gaps, (window, shares) => {
        const counted = new Counted(window);
        for (const now of attempts(window, shares)) {
          if (counted.wait(now) === 0) counted.add(now);
          if (counted.log.length > Math.min(window.cap, 66)) throw new Error(`${counted.log.length} entries`);
          if (counted.log.some(({ count }) => count <= 0)) throw new Error('an entry of nothing');
        }
      }),
      RUN,
    );
  });

  test('counts what was let in and not taken back: exactly up to a cap of 64, never less above it', () => {
    const choices = fc.array(fc.record({ takeBack: fc.boolean(), which: fc.nat() }), {
      minLength: MOST_EVENTS,
      maxLength: MOST_EVENTS,
    });
    fc.assert(
      fc.property(windows, gaps, choices, (window, shares, choose) => {
        const counted = new Counted(window);
        for (const [i, now] of attempts(window, shares).entries()) {
          // A send is taken back seconds after it was counted, never after its window.
          const recent = counted.times.filter((at) => at + window.lengthMs > now);
          const { takeBack, which } = choose[i] ?? { takeBack: false, which: 0 };
          if (takeBack && recent.length > 0) counted.remove(recent[which % recent.length] ?? 0, now);
          else if (counted.wait(now) === 0) counted.add(now);
          const count = eventCount(liveEntries(counted.log, window, now));
          const bounds = [counted.within(window.lengthMs, now), counted.within(window.lengthMs + stepOf(window), now)];
          if (count < (bounds[0] ?? 0) || count > (bounds[1] ?? 0)) throw new Error(`${count} not within ${bounds}`);
        }
      }),
      RUN,
    );
  });

  test('holds nothing once all was taken back', () => {
    fc.assert(
      fc.property(windows, gaps, (window, shares) => {
        const counted = new Counted(window);
        const now = START + window.lengthMs - 1;
        for (const at of attempts(window, shares)) if (at <= now && counted.wait(at) === 0) counted.add(at);
        for (const at of [...counted.times]) counted.remove(at, now);
        expect(counted.log).toEqual([]);
      }),
      RUN,
    );
  });

  test('is left alone by taking back what it does not hold', () => {
    const window: SlidingWindowLimit = { rule: 'budget', subject: { kind: 'everyone' }, cap: 5, lengthMs: HOUR };
    const log = withEvent([], window, START);
    expect(withoutEvent(log, window, START + 1)).toEqual(log);
    expect(withoutEvent([], window, START)).toEqual([]);
  });
});

test('an event counts for the whole window, and not a millisecond longer', () => {
  const limit: SlidingWindowLimit = { rule: 'cooldown', subject: { kind: 'everyone' }, cap: 1, lengthMs: HOUR };
  const log = withEvent([], limit, START);
  expect(liveEntries(log, limit, START + HOUR - 1)).toHaveLength(1);
  expect(waitMs(log, limit, START + HOUR - 1)).toBe(1);
  expect(liveEntries(log, limit, START + HOUR)).toEqual([]);
});

test.each([
  [64, 2],
  [65, 1],
])('two events a moment apart, where %d are allowed, are remembered in %d entries', (cap, entries) => {
  const limit: SlidingWindowLimit = { rule: 'budget', subject: { kind: 'everyone' }, cap, lengthMs: HOUR };
  // A whole number of buckets.
  const now = Math.ceil(HOUR / 64) * 100_000;
  expect(withEvent(withEvent([], limit, now), limit, now + 1)).toHaveLength(entries);
});
