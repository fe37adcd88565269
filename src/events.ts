import type { Reason } from './errmsg';
import type { SendRule } from './limits/rules';
import type { SmsOutcome } from './sms/sender';

/** What happened, for those who watch (logs, metrics). Nobody who acts may depend on it. */
export type DomainEvent =
  | { type: 'captcha-issued'; kind: 'IMAGE' | 'AUDIO'; level: 'normal' | 'hard' }
  | { type: 'captcha-answered'; reason: Reason.OK | Reason.CAPTCHA_EXPIRED | Reason.CAPTCHA_MISMATCH }
  /** A rule refused a captcha or a message. */
  | { type: 'limit-hit'; rule: SendRule | 'captcha-minute' | 'failures' | 'conversion' }
  /** A message was sent although its conversion is too low, because that rule only watches. */
  | { type: 'conversion-poor' }
  | { type: 'send-attempted'; outcome: SmsOutcome; durationMs: number }
  | { type: 'code-verified'; reason: Reason }
  /** Messages counted in the budget's window. */
  | { type: 'budget-used'; used: number };

export type Observer = (event: DomainEvent) => void;
