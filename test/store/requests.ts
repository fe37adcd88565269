import type { GuessRule } from '../../src/limits/rules';
import type { Window } from '../../src/limits/window';
import type { CaptchaIssue, SendReservation, SendReserved } from '../../src/store/store';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const MOBILE = '13800138000';
export const OTHER_MOBILE = '13900139000';

/** The defaults of the product. */
export const GUESSES: GuessRule = { maxAttempts: 5, maxFailures: 20, lockMs: HOUR, rowMs: DAY };

export const unsolved = (cap = 10): Window => ({ key: '{client:a}:unsolved', cap, lengthMs: 10 * MINUTE });

export const window = (key: string, cap: number, lengthMs: number): Window => ({ key, cap, lengthMs });

export const cooldown = (mobile = MOBILE): Window => window(`{sms:${mobile}}:cooldown`, 1, MINUTE);
export const hourly = (cap: number, mobile = MOBILE): Window => window(`{sms:${mobile}}:hour`, cap, HOUR);
export const daily = (cap: number, mobile = MOBILE): Window => window(`{sms:${mobile}}:day`, cap, DAY);
export const perClient = (cap: number): Window => window('{client:a}:sms', cap, HOUR);
export const budget = (cap: number): Window => window('budget:day', cap, DAY);
/** What a message is counted in by default, with a smaller budget. */
export const ALL_WINDOWS = [cooldown(), hourly(5), daily(10), perClient(20), budget(100)];
export const perMinute = (cap: number): Window => window('{client:a}:captchas', cap, MINUTE);

export function captcha(changes: Partial<CaptchaIssue> = {}): CaptchaIssue {
  return { uuid: 'uuid-1', text: 'ABCDE', ttlMs: 300 * SECOND, windows: [], unsolved: unsolved(), ...changes };
}

export function reservation(changes: Partial<SendReservation> = {}): SendReservation {
  const mobile = changes.mobile ?? MOBILE;
  return {
    mobile,
    code: '135790',
    ttlMs: 300 * SECOND,
    windows: [],
    guesses: GUESSES,
    solved: unsolved(),
    ...changes,
  };
}

export type Reserved = Extract<SendReserved, { status: 'ok' }>;

/** The reservation, which the test needs to have gone through. */
export function granted(reserved: SendReserved): Reserved {
  if (reserved.status !== 'ok') throw new Error(`not reserved: ${JSON.stringify(reserved)}`);
  return reserved;
}

/** How long a refused or locked caller is told to wait, ms. */
export function waitOf(answer: { status: string; waitMs?: number }): number {
  if (answer.waitMs === undefined) throw new Error(`no wait told: ${JSON.stringify(answer)}`);
  return answer.waitMs;
}

/** A real store's clock runs on while a test does; this much at most. */
export const SLACK_MS = 900;

/** Passes for `ms`, or up to SLACK_MS less. */
export function expectWait(actualMs: number | undefined, ms: number): void {
  expect(actualMs).toBeLessThanOrEqual(ms);
  expect(actualMs).toBeGreaterThan(ms - SLACK_MS);
}
