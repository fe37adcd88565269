import type { LockoutPolicy } from '../../src/limits/rules';
import type { LimitRule, SlidingWindowLimit, Subject } from '../../src/limits/sliding-window-limit';
import type { InboundArrival, InboundStart } from '../../src/store/inbound-requests';
import type { CaptchaIssue, CodeCheck, SendReservation, SendReserved, Store } from '../../src/store/store';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const MOBILE = '13800138000';
export const OTHER_MOBILE = '13900139000';
export const RIGHT = '135790';
export const WRONG = '000000';

/** The defaults of the product. */
export const LOCKOUT: LockoutPolicy = { maxAttempts: 5, maxFailures: 100, lockoutMs: HOUR, failureWindowMs: DAY };

const limit = (rule: LimitRule, subject: Subject, cap: number, lengthMs: number): SlidingWindowLimit => ({
  rule,
  subject,
  cap,
  lengthMs,
});
const ofMobile = (id: string): Subject => ({ kind: 'mobile', id });
const CLIENT: Subject = { kind: 'client', id: 'a' };
const NETWORK: Subject = { kind: 'network', id: 'n' };
const EVERYONE: Subject = { kind: 'everyone' };

export const cooldown = (mobile = MOBILE) => limit('cooldown', ofMobile(mobile), 1, MINUTE);
export const hourly = (cap: number, mobile = MOBILE) => limit('mobile-hour', ofMobile(mobile), cap, HOUR);
export const daily = (cap: number, mobile = MOBILE) => limit('mobile-day', ofMobile(mobile), cap, DAY);
export const perClient = (cap: number) => limit('client-hour', CLIENT, cap, HOUR);
export const perNetwork = (cap: number) => limit('network-hour', NETWORK, cap, HOUR);
export const budget = (cap: number) => limit('budget', EVERYONE, cap, DAY);
/** One of these countries (their numbers) that a client has messages sent to. */
export const countries = (cap: number, value: number) => ({ ...limit('client-countries', CLIENT, cap, DAY), value });
export const countryBudget = (cap: number, id = 'HK') => limit('country-budget', { kind: 'country', id }, cap, DAY);
export const perMinute = (cap: number) => limit('captcha-minute', CLIENT, cap, MINUTE);
export const networkMinute = (cap: number, id = 'n') =>
  limit('captcha-network-minute', { kind: 'network', id }, cap, MINUTE);
export const liveCaptchas = (cap: number) => limit('captchas-live', EVERYONE, cap, 300 * SECOND);
export const parentLive = (cap: number, id = 'p') =>
  limit('captcha-parent-live', { kind: 'parent', id }, cap, 300 * SECOND);
export const unsolved = (cap: number, id = 'a') => limit('captcha-unsolved', { kind: 'client', id }, cap, HOUR);
export const networkUnsolved = (cap: number, id = 'n') =>
  limit('captcha-network-unsolved', { kind: 'network', id }, cap, HOUR);
export const tries = (cap: number) => limit('verify-hour', CLIENT, cap, HOUR);
export const deviceDay = (cap: number, id = 'd') => limit('device-day', { kind: 'device', id }, cap, DAY);
export const guesses = (cap: number) => limit('guess-hour', CLIENT, cap, HOUR);

/** What a message is counted in by default, with a smaller budget. */
export const ALL_LIMITS = [cooldown(), hourly(5), daily(10), perClient(20), perNetwork(100), budget(100)];

export function captcha(changes: Partial<CaptchaIssue> = {}): CaptchaIssue {
  return { uuid: 'uuid-1', text: 'ABCDE', ttlMs: 300 * SECOND, limits: [], ...changes };
}

export function reservation(changes: Partial<SendReservation> = {}): SendReservation {
  return {
    captcha: { uuid: 'uuid-1', answer: 'ABCDE' },
    mobile: MOBILE,
    purpose: 'REGISTER',
    smsId: 'sms-1',
    code: RIGHT,
    ttlMs: 300 * SECOND,
    limits: [],
    lockout: LOCKOUT,
    solved: [],
    ...changes,
  };
}

/** A reservation for a captcha that is issued for it and solved; its request is named `uuid`. */
export async function reserveSolved(
  store: Store,
  uuid: string,
  changes: Partial<SendReservation> = {},
): Promise<SendReserved> {
  await store.issueCaptcha(captcha({ uuid }));
  return store.reserveSend(reservation({ captcha: { uuid, answer: 'ABCDE' }, ...changes }));
}

export function codeCheck(changes: Partial<CodeCheck> = {}): CodeCheck {
  return {
    mobile: MOBILE,
    uuid: 'uuid-1',
    purpose: 'REGISTER',
    code: RIGHT,
    lockout: LOCKOUT,
    foreignCodes: false,
    ...changes,
  };
}

export const INBOUND_CODE = 'K7QM2XPA';

export function inboundStart(changes: Partial<InboundStart> = {}): InboundStart {
  return {
    uuid: 'uuid-1',
    mobile: MOBILE,
    purpose: 'REGISTER',
    code: INBOUND_CODE,
    ttlMs: 600 * SECOND,
    ticketId: 'ticket-1',
    ...changes,
  };
}

export function inboundArrival(changes: Partial<InboundArrival> = {}): InboundArrival {
  return { mobile: MOBILE, purpose: 'REGISTER', code: INBOUND_CODE, keepMs: 600 * SECOND, ...changes };
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

/** A real store's clock runs on while a test does; this much at most, on a busy machine. */
export const SLACK_MS = 15_000;

/** Passes for `ms`, or up to SLACK_MS less. */
export function expectWait(actualMs: number | undefined, ms: number): void {
  expect(actualMs).toBeLessThanOrEqual(ms);
  expect(actualMs).toBeGreaterThan(ms - SLACK_MS);
}
