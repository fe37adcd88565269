import type { CaptchaState } from './captcha-state';
import type { InboundOffer } from './inbound';
import type { Outcome } from './outcome';

export interface VerificationState {
  /** What a person does next: answer a captcha for a number, type the code that was sent, send a text, or nothing more. */
  readonly step: 'request' | 'code' | 'inbound' | 'confirmed';
  /** The number that is being confirmed; at the code, the one that it was sent to. */
  readonly mobile: string;
  readonly busy: 'send' | 'verify' | null;
  readonly captcha: CaptchaState;
  /** Seconds until this number can get a code; 0 when it can. Survives a reload. */
  readonly wait: number;
  /** The wait is a cap's or a lockout's: no code is on its way, so nothing can be "resent". */
  readonly quota: boolean;
  /** A code for this number may be on its way, or there already. */
  readonly codePending: boolean;
  /** What may be sent from this number instead of typing a code; null where that was not offered, or is over. Survives a reload. */
  readonly inbound: InboundOffer | null;
  /** What a person who got no message tells support. */
  readonly smsId: string | null;
  /** What became of the last send or verify; null while one is under way and after a change of the number. */
  readonly outcome: Outcome | null;
}
