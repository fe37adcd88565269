/**
 * Messages over time: `[at, count, at, count, …]`, in order of time, `at` in ms since the epoch. Each message stands on its own until
 * there are more than MAX_ENTRIES; then those of one step, a 48th of the time for which they count, are put together at the last
 * one's time. So a log is bounded however much happens, exact while little does, and forgets up to a step late, never early.
 */
export type AllowanceLog = readonly number[];

export const MAX_ENTRIES = 64;
const STEPS = 48;

/** How many of its messages are younger than `lengthMs`. */
export function countWithin(log: AllowanceLog, lengthMs: number, now: number): number {
  let count = 0;
  for (let i = log.length - 2; i >= 0 && at(log, i) + lengthMs > now; i -= 2) count += at(log, i + 1);
  return count;
}

/** Ms until fewer than `limit` messages, a number above 0, are younger than `lengthMs`, if no more come; 0 if they are. */
export function waitBelow(log: AllowanceLog, lengthMs: number, limit: number, now: number): number {
  let count = countWithin(log, lengthMs, now);
  let wait = 0;
  for (let i = 0; i < log.length && count >= limit; i += 2) {
    if (at(log, i) + lengthMs <= now) continue;
    count -= at(log, i + 1);
    wait = at(log, i) + lengthMs - now;
  }
  return wait;
}

/** The log with one more message; what is older than `lengthMs` leaves it. A clock that steps back doesn't disturb the order. */
export function withMessage(log: AllowanceLog, lengthMs: number, now: number): AllowanceLog {
  const next: number[] = [];
  for (let i = 0; i < log.length; i += 2) if (at(log, i) + lengthMs > now) next.push(at(log, i), at(log, i + 1));
  const last = next.length - 2;
  if (last >= 0 && at(next, last) >= now) next[last + 1] = at(next, last + 1) + 1;
  else next.push(now, 1);
  return next.length > 2 * MAX_ENTRIES ? byStep(next, Math.ceil(lengthMs / STEPS)) : next;
}

/** The log without one message of the time `sentAt`: it stands in the first entry that is not older. Unchanged if there is none. */
export function withoutMessage(log: AllowanceLog, sentAt: number): AllowanceLog {
  for (let i = 0; i < log.length; i += 2) {
    if (at(log, i) < sentAt) continue;
    return at(log, i + 1) > 1 ? log.with(i + 1, at(log, i + 1) - 1) : log.toSpliced(i, 2);
  }
  return log;
}

function byStep(log: readonly number[], stepMs: number): number[] {
  const steps: number[] = [];
  for (let i = 0; i < log.length; i += 2) {
    const last = steps.length - 2;
    if (last >= 0 && Math.floor(at(steps, last) / stepMs) === Math.floor(at(log, i) / stepMs)) {
      steps[last] = at(log, i);
      steps[last + 1] = at(steps, last + 1) + at(log, i + 1);
    } else steps.push(at(log, i), at(log, i + 1));
  }
  return steps;
}

function at(log: readonly number[], index: number): number {
  return log[index] ?? 0;
}
