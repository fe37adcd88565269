import type { SlidingWindowLimit } from './sliding-window-limit';

/**
 * Captchas that a client may leave unsolved in an hour although its network has left as many as it may: whoever used up what is its
 * network's shuts out nobody but himself.
 */
export const FEW_UNSOLVED = 100;

/** No cap, as scripts take it. */
const UNCAPPED = Number.MAX_SAFE_INTEGER;

/**
 * The limits of a captcha as they hold for the next one. The same stands in src/store/redis/lua/issue.lua.
 * @param counts what each of them counts now.
 */
export function captchaLimits(limits: readonly SlidingWindowLimit[], counts: readonly number[]): SlidingWindowLimit[] {
  const [everyone, own] = (['captchas-live', 'captcha-unsolved'] as const).map((rule) => {
    const index = limits.findIndex((limit) => limit.rule === rule);
    const found = limits[index];
    return found && { cap: found.cap, count: counts[index] ?? 0 };
  });
  return limits.map((limit) => {
    if (limit.rule === 'captcha-network-minute' && everyone) {
      return { ...limit, cap: gradedCap(limit.cap, everyone.count, everyone.cap) };
    }
    if (limit.rule === 'captcha-network-unsolved' && own && own.count < FEW_UNSOLVED) {
      return { ...limit, cap: UNCAPPED };
    }
    return limit;
  });
}

/** The cap of a network's captchas while `live` of everyone's `everyone` are alive: its share shrinks, and never to nothing. */
function gradedCap(cap: number, live: number, everyone: number): number {
  return Math.max(1, Math.floor((cap * Math.max(0, everyone - live)) / everyone));
}
