import type { AllowanceCharge } from '../limits/allowances';
import type { AllowanceRefusalRule, LimitRule } from '../limits/sliding-window-limit';
import type { VerificationPurpose } from '../sms/purpose';
import type { DeliveryOutcome } from '../sms/receipts';
import type { SmsOutcome } from '../sms/sender';
import type { Store } from '../store/store';
import type { Operation, Reason } from './reasons';

/** Whose request something happened to. For the event log alone: nothing of it may become a metric's label or a span's attribute. */
export interface RequestIdentity {
  mobile: string;
  purpose: VerificationPurpose;
  /** Of the captcha that was, or would be, spent on it. */
  uuid?: string;
  /** Once there is a message. */
  smsId?: string;
}

export const INBOUND_RESULTS = ['started', 'confirmed', 'duplicate', 'unmatched'] as const;
export type InboundResult = (typeof INBOUND_RESULTS)[number];

export type StoreOperation = Exclude<keyof Store, 'close'>;

/** What happened, for those who watch (logs, metrics). Nobody who acts may depend on it. */
export type DomainEvent =
  | { type: 'captcha-issued'; kind: 'IMAGE' | 'AUDIO'; level: 'normal' | 'hard' }
  | {
      type: 'captcha-answered';
      reason: Reason.OK | Reason.CAPTCHA_EXPIRED | Reason.CAPTCHA_MISMATCH;
      request: RequestIdentity;
    }
  /** A rule refused a captcha (which is nobody's request yet), a message or the check of a code. `retryAfter`: seconds. */
  | {
      type: 'limit-hit';
      rule: LimitRule | AllowanceRefusalRule | 'failures' | 'blocked';
      retryAfter?: number;
      request?: RequestIdentity;
    }
  /** A message was sent for which nobody had an allowance, because ABUSE_POLICY only reports. */
  | { type: 'allowance-reported'; request: RequestIdentity }
  /** What pays for a message until it is confirmed. */
  | { type: 'allowance-charged'; charge: AllowanceCharge }
  /** One try at one provider; `id` is the correlation id that its log lines carry as `smsId`. */
  | { type: 'send-attempted'; id: string; outcome: SmsOutcome; durationMs: number }
  /** A provider is skipped from now on, or no longer. */
  | { type: 'circuit-changed'; provider: string; state: 'open' | 'closed' }
  /** What became of a message in the end, whichever providers were tried. `country`: ISO 3166-1 alpha-2. */
  | { type: 'message-sent'; request: RequestIdentity; country: string; outcome: SmsOutcome }
  /** The first receipt of a message. `seconds`: from the request for it until the carrier's word. */
  | {
      type: 'delivery-reported';
      smsId: string;
      provider: string;
      outcome: DeliveryOutcome;
      carrierCode: string;
      seconds: number;
    }
  /** A receipt that tells nothing new, or of no message of ours. */
  | { type: 'receipt-ignored'; provider: string; reason: 'duplicate' | 'foreign' }
  /** What became of a message whose provider had not answered. */
  | { type: 'unconfirmed-resolved'; smsId: string; provider: string; outcome: string }
  /** `retryAfter`: seconds that the mobile is locked, if it is. */
  | { type: 'code-verified'; reason: Reason; retryAfter?: number; request: RequestIdentity; country: string }
  /** A mobile's own message: what a person is to send was told; it came, for the first time or again; or something else came. */
  | { type: 'inbound'; result: InboundResult; request?: RequestIdentity }
  /** A send or a check that could not be made, since the store failed. */
  | { type: 'store-failed'; operation: Operation; request: RequestIdentity }
  /** Messages counted in the budget's window, or in that of a country's budget. */
  | { type: 'budget-used'; used: number; country?: string }
  /** A call of the API is answered; ERROR where its resolver threw, which is a bug. */
  | { type: 'operation-answered'; operation: Operation; reason: Reason | 'ERROR'; durationMs: number }
  /** The store answered, or could not. */
  | { type: 'store-answered'; operation: StoreOperation; outcome: 'ok' | 'unavailable'; durationMs: number };

export type Observer = (event: DomainEvent) => void;
