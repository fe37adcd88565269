import type { ConversionRule } from '../../limits/conversion';

/** Messages sent together, the latest at `at` (ms since the epoch), and how many of them were verified. In order of time. */
export interface LoggedSends {
  at: number;
  sent: number;
  verified: number;
}

/** Messages are logged together in this many steps a window. */
const STEPS = 64;

/* The same rules stand in store/redis/lua/include/conversion.lua; the store's contract suite holds both to each other. */

const stepOf = (at: number, rule: ConversionRule): number => Math.floor(at / Math.ceil(rule.lengthMs / STEPS));

export function liveSends(log: readonly LoggedSends[], rule: ConversionRule, now: number): LoggedSends[] {
  return log.filter((sends) => sends.at + rule.lengthMs > now);
}

/** Ms until so much has been forgotten that the conversion is no longer too low; 0 if it isn't. Codes verified meanwhile end it sooner. */
export function poorMs(live: readonly LoggedSends[], rule: ConversionRule, now: number): number {
  const judgedOf = (sends: LoggedSends) => (sends.at + rule.graceMs <= now ? sends.sent : sends.verified);
  let judged = live.reduce((sum, sends) => sum + judgedOf(sends), 0);
  let verified = live.reduce((sum, sends) => sum + sends.verified, 0);
  let wait = 0;
  for (const sends of live) {
    if (judged < rule.floor || verified * 100 >= rule.percent * judged) break;
    judged -= judgedOf(sends);
    verified -= sends.verified;
    wait = sends.at + rule.lengthMs - now;
  }
  return wait;
}

export function withSend(live: readonly LoggedSends[], rule: ConversionRule, now: number): LoggedSends[] {
  const last = live.at(-1);
  if (!last || stepOf(last.at, rule) !== stepOf(now, rule)) return [...live, { at: now, sent: 1, verified: 0 }];
  return [...live.slice(0, -1), { ...last, at: now, sent: last.sent + 1 }];
}

/** Credits the latest message that still lacks its verification. */
export function withVerification(live: readonly LoggedSends[]): LoggedSends[] {
  return changeLast(
    live,
    (sends) => sends.verified < sends.sent,
    (sends) => ({ ...sends, verified: sends.verified + 1 }),
  );
}

/** Without one message of the time `at`: it was definitely not sent. */
export function withoutSend(live: readonly LoggedSends[], rule: ConversionRule, at: number): LoggedSends[] {
  return changeLast(
    live,
    (sends) => stepOf(sends.at, rule) === stepOf(at, rule) && sends.verified < sends.sent,
    (sends) => ({ ...sends, sent: sends.sent - 1 }),
  );
}

function changeLast(
  live: readonly LoggedSends[],
  matches: (sends: LoggedSends) => boolean,
  change: (sends: LoggedSends) => LoggedSends,
): LoggedSends[] {
  const index = live.findLastIndex(matches);
  return live.map((sends, i) => (i === index ? change(sends) : sends));
}
