import type { AllowanceRefusalRule, LimitRule, SlidingWindowLimit } from '../limits/sliding-window-limit';
import type { CodeChecked, SendReserved } from '../store/store';
import { Reason } from './reasons';
import type { SmsVerifyResult } from './sms-code-requests';

const DAY_SECONDS = 86_400;

/** What a refusal for want of an allowance is called in metrics. */
const ALLOWANCE_RULES = {
  client: 'client-hour',
  mobile: 'allowance-mobile',
  pool: 'allowance-pool',
} as const;

export type NotReserved = Exclude<SendReserved, { status: 'ok' }>;

/** Why nothing was sent: for want of a right captcha, or by a rule, as metrics call it. */
export type SendRefusal =
  | { reason: Reason.CAPTCHA_EXPIRED | Reason.CAPTCHA_MISMATCH; rule?: undefined; retryAfter?: undefined }
  | {
      reason: Reason.SMS_CODE_LOCKED | Reason.QUOTA_EXCEEDED | Reason.TOO_FREQUENT;
      rule: LimitRule | AllowanceRefusalRule | 'failures' | 'blocked';
      /** Seconds. */
      retryAfter: number;
    };

/** What is left of a time that runs while a provider is waited for: rounded up, never negative. */
export const secondsLeft = (ms: number): number => Math.max(0, Math.ceil(ms / 1000));

/** What a person is told of a send that the store did not reserve, given the limits that it was to be counted in. */
export function sendRefusal(reserved: NotReserved, limits: readonly SlidingWindowLimit[]): SendRefusal {
  if (reserved.status === 'captcha-expired') return { reason: Reason.CAPTCHA_EXPIRED };
  if (reserved.status === 'captcha-mismatch') return { reason: Reason.CAPTCHA_MISMATCH };
  const retryAfter = Math.ceil(reserved.waitMs / 1000);
  switch (reserved.status) {
    case 'locked':
      // A code that nobody may try is not worth a message.
      return { reason: Reason.SMS_CODE_LOCKED, rule: 'failures', retryAfter };
    case 'blocked':
      // From outside it looks like the cap of a day, which is the longest that there is.
      return { reason: Reason.QUOTA_EXCEEDED, rule: 'blocked', retryAfter: Math.min(retryAfter, DAY_SECONDS) };
    case 'not-allowed':
      return { reason: Reason.QUOTA_EXCEEDED, rule: ALLOWANCE_RULES[reserved.limit], retryAfter };
    case 'refused': {
      const rule = limits[reserved.limit]?.rule ?? 'cooldown';
      return { reason: rule === 'cooldown' ? Reason.TOO_FREQUENT : Reason.QUOTA_EXCEEDED, rule, retryAfter };
    }
  }
}

/** What a person is told of a code that was checked, but for what a right one earns. */
export function codeResult(checked: CodeChecked): SmsVerifyResult {
  switch (checked.status) {
    case 'ok':
      return { reason: Reason.OK };
    case 'expired':
      return { reason: Reason.SMS_CODE_EXPIRED };
    case 'mismatch':
      return { reason: Reason.SMS_CODE_MISMATCH, attemptsLeft: checked.attemptsLeft };
    case 'refused':
      return { reason: Reason.QUOTA_EXCEEDED, retryAfter: Math.ceil(checked.waitMs / 1000) };
    case 'locked': {
      const retryAfter = checked.waitMs === undefined ? undefined : Math.ceil(checked.waitMs / 1000);
      return { reason: Reason.SMS_CODE_LOCKED, attemptsLeft: 0, retryAfter };
    }
  }
}
