/** Whom a limit counts. */
export type Subject =
  | {
      kind: 'mobile' | 'client' | 'network' | 'parent' | 'country' | 'device';
      /** The mobile, the hash that stands for an address, ISO 3166-1 alpha-2, or a trusted device's number. */
      id: string;
    }
  | { kind: 'everyone' };

/** What a limit is called in metrics and logs. Append only: dashboards name these. */
export type LimitRule =
  | 'cooldown'
  | 'mobile-hour'
  | 'mobile-day'
  | 'client-hour'
  | 'network-hour'
  | 'budget'
  | 'country-budget'
  | 'client-countries'
  | 'captcha-minute'
  | 'captcha-network-minute'
  | 'captcha-unsolved'
  | 'captcha-network-unsolved'
  | 'captchas-live'
  | 'captcha-parent-live'
  | 'captcha-device-minute'
  | 'verify-hour'
  | 'guess-hour'
  | 'device-day';

/** What a refusal for want of an allowance is called beside them. */
export type AllowanceRefusalRule = 'allowance-mobile' | 'allowance-pool';

/**
 * A cap that holds in every window of its length: at most `cap` events in any `lengthMs` milliseconds, wherever the window starts.
 */
export interface SlidingWindowLimit {
  rule: LimitRule;
  subject: Subject;
  /** Events allowed, at least 1. */
  cap: number;
  /** Length in milliseconds. */
  lengthMs: number;
  /** Where the cap is one of different values, not of events: the value of this event, 1 or more. */
  value?: number;
}

/**
 * Whether a mobile that an operator allowed is spared this limit: those are its own caps alone. Cooldown, budget, and what is counted
 * for a client or a network hold.
 */
export function isSparedToAllowed({ rule }: Pick<SlidingWindowLimit, 'rule'>): boolean {
  return rule === 'mobile-hour' || rule === 'mobile-day';
}
