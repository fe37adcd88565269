import type { ConversionRule } from '../limits/conversion';
import type { GuessRule } from '../limits/rules';
import type { Window } from '../limits/window';

/** The store can't be reached, didn't answer in time, or is full. What was asked for didn't happen, or is taken back when that is known. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

export interface CaptchaIssue {
  uuid: string;
  /** The answer, kept under `img:{uuid}`. */
  text: string;
  ttlMs: number;
  /** All must have room, else nothing is written. */
  windows: readonly Window[];
  /** Counted beside them; it never refuses. */
  unsolved: Window;
}

export type CaptchaIssued =
  | { status: 'ok' /** Whether `unsolved` was over its cap before this one. */; suspicious: boolean }
  | { status: 'refused'; waitMs: number };

/** Where the conversion of a number's prefix and of a client's network is counted, and the rule that judges it. */
export interface Conversion {
  rule: ConversionRule;
  keys: readonly [prefix: string, network: string];
}

export interface SendReservation {
  /**
   * Taken first, right or wrong, in the same step. The answer, which is not blank, is compared without regard to case and surrounding
   * blanks. Absent: the caller has taken one.
   */
  captcha?: { uuid: string; answer: string };
  mobile: string;
  /** Six digits, kept under `sms:{mobile}`. */
  code: string;
  ttlMs: number;
  /** All must have room, else nothing more is written. */
  windows: readonly Window[];
  guesses: GuessRule;
  /** Where the client's unsolved captchas are counted: one less, once this one is solved. */
  solved: Window;
  /** Absent: nothing is judged or counted. */
  conversion?: Conversion;
}

export type SendReserved =
  | {
      status: 'ok';
      /** When it was counted in each window, and after them in each conversion, ms on the store's clock: what `releaseSend` takes back. */
      countedAt: number[];
      /** Events now counted in each window. */
      counts: number[];
      /** Set if a conversion is too low and its rule only watches. */
      poor?: boolean;
    }
  /** There is no such captcha. */
  | { status: 'captcha-expired' }
  | { status: 'captcha-mismatch' }
  /** `window` is the index of the window that makes the caller wait longest. */
  | { status: 'refused'; window: number; waitMs: number }
  /** A conversion is too low. */
  | { status: 'poor'; waitMs: number }
  /** Too many wrong codes for this mobile. */
  | { status: 'locked'; waitMs: number };

export interface SendRelease {
  mobile: string;
  code: string;
  windows: readonly Window[];
  conversion?: Conversion;
  countedAt: readonly number[];
}

export type CodeVerified =
  | { status: 'ok' }
  | { status: 'expired' }
  /** `attemptsLeft`: wrong codes still allowed; undefined where no limit counts them. */
  | { status: 'mismatch'; attemptsLeft: number | undefined }
  /** The code is void; with `waitMs`, the mobile must wait as well. */
  | { status: 'locked'; waitMs: number | undefined };

/**
 * The border to what is remembered. Every method is one atomic step, however many callers and servers race, and fails with
 * StoreUnavailableError within a bounded time. Every adapter passes test/store/contract.ts.
 */
export interface Store {
  /** Counts a captcha and remembers its answer. */
  issueCaptcha(issue: CaptchaIssue): Promise<CaptchaIssued>;
  /** Reads and deletes an answer: of any number of racing callers one gets it, the others null. */
  takeCaptcha(uuid: string): Promise<string | null>;
  /**
   * Takes the captcha, as above. If it is solved, counts a message in every window, all or none, and writes its code in place of an
   * earlier one.
   */
  reserveSend(reservation: SendReservation): Promise<SendReserved>;
  /** Takes a reservation back whose message was definitely not sent: the code if it is still this one, and its counts. */
  releaseSend(release: SendRelease): Promise<void>;
  /**
   * Compares in constant time. A right code is consumed, and credited to the conversion; a wrong one is counted against the code and
   * the mobile.
   */
  verifyCode(mobile: string, code: string, guesses: GuessRule, conversion?: Conversion): Promise<CodeVerified>;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Answers are compared in this form. */
export function comparable(answer: string): string {
  return answer.trim().toLowerCase();
}
