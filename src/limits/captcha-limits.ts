import type { LimitRule, SlidingWindowLimit } from './sliding-window-limit';

/**
 * Captchas that a client may leave unsolved in an hour although its network has left as many as it may: whoever used up what is its
 * network's shuts out nobody but himself.
 */
export const FEW_UNSOLVED = 100;

/** No cap, as scripts take it. */
const UNCAPPED = Number.MAX_SAFE_INTEGER;

/** What of a cap is left. */
interface Room {
  cap: number;
  free: number;
}

/**
 * The limits of a captcha as they hold for the next one. The same stands in src/store/redis/lua/issue.lua.
 *
 * The parent of a network (a /16, of IPv6 a /32, which one holder may have with 65,536 networks in it) has no more captchas alive than are
 * free for everybody: alone it takes half of them, and nine such take nine tenths. A network's share shrinks as everybody's and its
 * parent's captchas get fewer, and never to nothing: neighbours within the parent don't shut it out either.
 * @param counts what each of them counts now.
 */
export function captchaLimits(limits: readonly SlidingWindowLimit[], counts: readonly number[]): SlidingWindowLimit[] {
  const find = (rule: LimitRule) => {
    const index = limits.findIndex((limit) => limit.rule === rule);
    const found = limits[index];
    return found && { cap: found.cap, count: counts[index] ?? 0 };
  };
  const everyone = roomIn(find('captchas-live'));
  const ofParent = find('captcha-parent-live');
  const parent = roomIn(ofParent && { ...ofParent, cap: share(ofParent.cap, everyone) });
  const own = find('captcha-unsolved');
  return limits.map((limit) => {
    if (limit.rule === 'captcha-parent-live') return { ...limit, cap: share(limit.cap, everyone) };
    if (limit.rule === 'captcha-network-minute') {
      return { ...limit, cap: Math.min(share(limit.cap, everyone), share(limit.cap, parent)) };
    }
    if (limit.rule === 'captcha-network-unsolved' && own && own.count < FEW_UNSOLVED) {
      return { ...limit, cap: UNCAPPED };
    }
    return limit;
  });
}

/** Undefined where nothing is capped. */
function roomIn(limit: { cap: number; count: number } | undefined): Room | undefined {
  return limit && { cap: limit.cap, free: Math.max(0, limit.cap - limit.count) };
}

/** The part of `cap` that goes with the part that is free there, at least 1. */
function share(cap: number, room: Room | undefined): number {
  return room ? Math.max(1, Math.floor((cap * room.free) / room.cap)) : cap;
}
