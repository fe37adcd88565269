import type { AllowanceCharge } from '../limits/allowances';
import type { AllowanceRefusalRule, LimitRule } from '../limits/sliding-window-limit';
import type { VerificationPurpose } from '../sms/purpose';
import type { SmsOutcome } from '../sms/sender';
import type { Store } from '../store/store';
import type { Operation, Reason } from './reasons';

export type StoreOperation = Exclude<keyof Store, 'close'>;

/** What happened, for those who watch (logs, metrics). Nobody who acts may depend on it. */
export type DomainEvent =
  | { type: 'captcha-issued'; kind: 'IMAGE' | 'AUDIO'; level: 'normal' | 'hard' }
  | { type: 'captcha-answered'; reason: Reason.OK | Reason.CAPTCHA_EXPIRED | Reason.CAPTCHA_MISMATCH }
  /** A rule refused a captcha, a message or the check of a code. */
  | { type: 'limit-hit'; rule: LimitRule | AllowanceRefusalRule | 'failures' }
  /** A message was sent for which nobody had an allowance, because ABUSE_POLICY only reports. */
  | { type: 'allowance-reported' }
  /** What pays for a message until it is confirmed. */
  | { type: 'allowance-charged'; charge: AllowanceCharge }
  /** One try at one provider; `id` is the correlation id that its log lines carry as `smsId`. */
  | { type: 'send-attempted'; id: string; outcome: SmsOutcome; durationMs: number }
  | { type: 'code-verified'; reason: Reason; purpose: VerificationPurpose }
  /** Messages counted in the budget's window. */
  | { type: 'budget-used'; used: number }
  /** A call of the API is answered; ERROR where its resolver failed, which it never should. */
  | { type: 'operation-answered'; operation: Operation; reason: Reason | 'ERROR'; durationMs: number }
  /** The store answered, or could not. */
  | { type: 'store-answered'; operation: StoreOperation; outcome: 'ok' | 'unavailable'; durationMs: number };

export type Observer = (event: DomainEvent) => void;
