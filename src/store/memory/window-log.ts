import type { Window } from '../../limits/window';

/** Events counted together: `count` of them, the latest at `at` (ms since the epoch). Logs are in order of time. */
export interface LoggedEvents {
  at: number;
  count: number;
}

/** Up to this cap every event is logged on its own, so that the window is exact. */
const EXACT_CAP = 64;
/** Above it, events are logged together in this many steps a window: it refuses up to one step early, never late. */
const STEPS = 64;

/*
 * The same rules stand in store/redis/lua/include/window.lua. Both are held to each other by the store's contract suite and by the model test.
 */

/** Milliseconds within which events are logged together; 0 for none. */
function stepMs(window: Window): number {
  return window.cap <= EXACT_CAP ? 0 : Math.ceil(window.lengthMs / STEPS);
}

function sameStep(a: number, b: number, step: number): boolean {
  return step === 0 ? a === b : Math.floor(a / step) === Math.floor(b / step);
}

/** What of a log still counts at `now`. */
export function liveEvents(log: readonly LoggedEvents[], window: Window, now: number): LoggedEvents[] {
  return log.filter((events) => events.at + window.lengthMs > now);
}

export function eventCount(log: readonly LoggedEvents[]): number {
  return log.reduce((sum, events) => sum + events.count, 0);
}

/** Milliseconds until one more event is allowed, given what is live; 0 for at once. */
export function waitMs(live: readonly LoggedEvents[], window: Window, now: number): number {
  let count = eventCount(live);
  let wait = 0;
  for (const events of live) {
    if (count < window.cap) break;
    count -= events.count;
    wait = events.at + window.lengthMs - now;
  }
  return wait;
}

/** The log with one more event at `now`. */
export function withEvent(live: readonly LoggedEvents[], window: Window, now: number): LoggedEvents[] {
  const step = stepMs(window);
  const last = live.at(-1);
  if (step > 0 && last && sameStep(last.at, now, step)) {
    return [...live.slice(0, -1), { at: now, count: last.count + 1 }];
  }
  return [...live, { at: now, count: 1 }];
}

/** The log without one event of the time `at`, if it still holds one. */
export function withoutEvent(log: readonly LoggedEvents[], window: Window, at: number): LoggedEvents[] {
  const step = stepMs(window);
  const index = log.findLastIndex((events) => sameStep(events.at, at, step));
  if (index < 0) return [...log];
  return log.flatMap((events, i) => {
    if (i !== index) return [events];
    return events.count > 1 ? [{ at: events.at, count: events.count - 1 }] : [];
  });
}
