import type { VerificationReason } from './generated/graphql';
import type { Trouble } from './trouble';

/** What a person may send from the phone itself, to confirm its number. */
export interface InboundChallenge {
  /** Where to, as it is dialled. */
  readonly number: string;
  readonly text: string;
  /** Seconds in which it must arrive. */
  readonly expiresIn: number;
}

/** What became of a call, whichever. */
export interface Outcome {
  /** 200 or 400; absent where there was no answer. */
  readonly code?: number;
  /** The server's, or why there was no answer of it. The server may add values. */
  readonly reason: VerificationReason | Trouble;
  /** For people, in the language asked for. */
  readonly errmsg: string;
  /** Seconds until the same call can succeed. */
  readonly retryAfter?: number | null;
  /** Seconds for which what was issued is good. */
  readonly expiresIn?: number | null;
  /** Tries that a wrong code leaves. */
  readonly attemptsLeft?: number | null;
  /** Signed proof of a confirmed number, where the server gives one. */
  readonly ticket?: string | null;
  /** Token of this browser, which is kept and sent back here. */
  readonly device?: string | null;
  /** What to send instead, where no code came and the server takes that. */
  readonly inbound?: InboundChallenge | null;
  /** Name of the message, for support. */
  readonly smsId?: string | null;
}
