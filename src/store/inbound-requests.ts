import type { AllowanceRequest } from '../limits/rules';
import type { SlidingWindowLimit } from '../limits/sliding-window-limit';
import type { VerificationPurpose } from '../sms/purpose';

/** A text that a person is to send from the mobile itself. */
export interface InboundStart {
  /** Names the request. */
  uuid: string;
  mobile: string;
  purpose: VerificationPurpose;
  /** What makes the text unlike others: one of a kind, kept for `ttlMs`. */
  code: string;
  ttlMs: number;
  /** Name of the ticket that a confirmation earns. */
  ticketId: string;
  /** Who asks, where allowances are kept: a confirmation is their credit. */
  asker?: Pick<AllowanceRequest, 'client' | 'network' | 'parent'>;
  /** The captcha `uuid` is taken first, as by `reserveSend`; absent where a send has taken it. */
  captcha?: {
    answer: string;
    /** Where the client's unsolved captchas are counted: one less each, once this one is solved. */
    solved: readonly SlidingWindowLimit[];
  };
}

export type InboundStarted = { status: 'ok' } | { status: 'captcha-expired' } | { status: 'captcha-mismatch' };

/** A message that came from a mobile. */
export interface InboundArrival {
  mobile: string;
  /** What its text says that it is for, and the code in it. */
  purpose: VerificationPurpose;
  code: string;
  /** For how long whoever asked can learn of it, ms. */
  keepMs: number;
  /** Stands for the mobile, see AllowanceRequest: its message credits whoever asked for it. Absent: nobody. */
  person?: string;
}

export type InboundConfirmed =
  /** This message confirmed the request of that name. */
  | { status: 'ok'; uuid: string }
  /** An earlier one did. */
  | { status: 'again'; uuid: string }
  /** Nobody waits for such a text of this mobile, for this purpose. */
  | { status: 'none' };

export interface InboundQuestion {
  uuid: string;
  mobile: string;
  purpose: VerificationPurpose;
}

export type InboundStatus =
  | { status: 'waiting' }
  /** `at`: when its message came, ms since the epoch on the store's clock. */
  | { status: 'confirmed'; at: number; ticketId: string }
  /** No live request of that name, mobile and purpose. */
  | { status: 'expired' };
