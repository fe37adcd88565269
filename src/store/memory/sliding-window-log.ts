import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';

/** Events counted together: `count` of them, the latest at `at` (ms since the epoch). Logs are in order of time. */
export interface LogEntry {
  at: number;
  count: number;
  /** Of a limit that caps different values. */
  value?: number;
}

/** Up to this cap every event has an entry of its own, so that the limit is exact. */
const EXACT_CAP = 64;
/** Above it, events share this many buckets a window: it refuses up to one bucket early, never late. */
const BUCKETS = 64;

/*
 * The same rules stand in store/redis/lua/include/sliding_window.lua. Both are held to each other by the store's contract suite and
 * by the model test.
 */

/** Milliseconds of a bucket; 0 where each event has its own entry. */
function bucketMs({ cap, lengthMs, value }: SlidingWindowLimit): number {
  return cap <= EXACT_CAP && value === undefined ? 0 : Math.ceil(lengthMs / BUCKETS);
}

function sameBucket(a: number, b: number, bucket: number): boolean {
  return bucket === 0 ? a === b : Math.floor(a / bucket) === Math.floor(b / bucket);
}

/** What of a log still counts at `now`. */
export function liveEntries(log: readonly LogEntry[], limit: SlidingWindowLimit, now: number): LogEntry[] {
  return log.filter((entry) => entry.at + limit.lengthMs > now);
}

export function eventCount(log: readonly LogEntry[]): number {
  return log.reduce((sum, entry) => sum + entry.count, 0);
}

/** What the limit caps, given what is live: events, or different values. */
export function countOf(live: readonly LogEntry[], { value }: SlidingWindowLimit): number {
  return value === undefined ? eventCount(live) : latestByValue(live).size;
}

function latestByValue(live: readonly LogEntry[]): Map<number | undefined, number> {
  return new Map(live.map((entry) => [entry.value, entry.at]));
}

/** Milliseconds until one more event is allowed, given what is live; 0 for at once. */
export function waitMs(live: readonly LogEntry[], limit: SlidingWindowLimit, now: number): number {
  if (limit.value !== undefined) return valueWaitMs(live, limit, now);
  let count = eventCount(live);
  let wait = 0;
  for (const entry of live) {
    if (count < limit.cap) break;
    count -= entry.count;
    wait = entry.at + limit.lengthMs - now;
  }
  return wait;
}

function valueWaitMs(live: readonly LogEntry[], limit: SlidingWindowLimit, now: number): number {
  const latest = latestByValue(live);
  if (latest.has(limit.value)) return 0;
  const ends = [...latest.values()].sort((a, b) => a - b);
  const leaves = ends[ends.length - limit.cap];
  return leaves === undefined ? 0 : leaves + limit.lengthMs - now;
}

/** How far a limit is used, given its whole log. */
export function limitUse(
  log: readonly LogEntry[],
  limit: SlidingWindowLimit,
  now: number,
): { used: number; waitMs: number; nextFreeMs: number } {
  const live = liveEntries(log, limit, now);
  const [oldest] = live;
  return {
    used: eventCount(live),
    waitMs: waitMs(live, limit, now),
    nextFreeMs: oldest ? oldest.at + limit.lengthMs - now : 0,
  };
}

/** The log with one more event at `now`. */
export function withEvent(live: readonly LogEntry[], limit: SlidingWindowLimit, now: number): LogEntry[] {
  const bucket = bucketMs(limit);
  if (limit.value !== undefined) {
    const same = live.findLast((entry) => entry.value === limit.value && sameBucket(entry.at, now, bucket));
    const others = live.filter((entry) => entry !== same);
    return [...others, { at: now, count: (same?.count ?? 0) + 1, value: limit.value }];
  }
  const last = live.at(-1);
  if (bucket > 0 && last && sameBucket(last.at, now, bucket)) {
    return [...live.slice(0, -1), { at: now, count: last.count + 1 }];
  }
  return [...live, { at: now, count: 1 }];
}

/** The log without one event of the time `at`, if it still holds one. */
export function withoutEvent(log: readonly LogEntry[], limit: SlidingWindowLimit, at: number): LogEntry[] {
  const bucket = bucketMs(limit);
  const index = log.findLastIndex((entry) => entry.value === limit.value && sameBucket(entry.at, at, bucket));
  if (index < 0) return [...log];
  return log.flatMap((entry, i) => {
    if (i !== index) return [entry];
    return entry.count > 1 ? [{ ...entry, count: entry.count - 1 }] : [];
  });
}
