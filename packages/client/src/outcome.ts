import type { VerificationReason } from './generated/graphql';
import type { Trouble } from './trouble';

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
  /** Name of the message, for support. */
  readonly smsId?: string | null;
}
