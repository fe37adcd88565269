import type { AllowanceCharge } from '../limits/allowances';
import type { AllowanceRequest, LockoutPolicy } from '../limits/rules';
import type { SlidingWindowLimit } from '../limits/sliding-window-limit';
import type { VerificationPurpose } from '../sms/purpose';
import type {
  InboundArrival,
  InboundConfirmed,
  InboundQuestion,
  InboundStart,
  InboundStarted,
  InboundStatus,
} from './inbound-requests';
import type { MessageNote, MessageRecord, MessageStep } from './message-record';
import type { OperatorStore } from './operator-store';

/**
 * The store can't be reached, didn't answer in time, or is full. What was asked for didn't happen, or is refunded when that is known.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

export interface CaptchaIssue {
  uuid: string;
  /** The answer, kept under `img:{uuid}`. */
  text: string;
  ttlMs: number;
  /**
   * All must have room as they hold for the next captcha (src/limits/captcha-limits.ts), else nothing is written.
   */
  limits: readonly SlidingWindowLimit[];
}

export type CaptchaIssued =
  | { status: 'ok' }
  /** `limit` is the index of the limit that makes the caller wait longest. */
  | { status: 'refused'; limit: number; waitMs: number }
  /** There is a live captcha of that name; only names that a page chose can meet one. */
  | { status: 'taken' };

/** A charge to undo. */
export interface AllowanceRefund {
  client: string;
  network: string;
  parent: string;
  charge: AllowanceCharge;
  /** When it was charged, ms since the epoch on the store's clock. */
  sentAt: number;
}

/** What refused: the client's hour, the mobile that strangers asked for, or the lack of an allowance. */
export type AllowanceLimit = 'client' | 'mobile' | 'pool';

export interface SendReservation {
  /**
   * Taken first, right or wrong, in the same step. The answer, which is not blank, is compared without regard to case and surrounding
   * blanks. From then on the uuid names the request.
   */
  captcha: { uuid: string; answer: string };
  mobile: string;
  purpose: VerificationPurpose;
  /** Correlation id of the message; told again when its code is checked. */
  smsId: string;
  /** Six digits, kept with the request, and under `sms:{mobile}`. */
  code: string;
  ttlMs: number;
  /** All must have room, else nothing more is written. */
  limits: readonly SlidingWindowLimit[];
  lockout: LockoutPolicy;
  /** Where the client's unsolved captchas are counted: one less each, once this one is solved. */
  solved: readonly SlidingWindowLimit[];
  /** Absent: nothing is owed by anybody. */
  allowance?: AllowanceRequest;
}

/** What stood under `sms:{mobile}` before. */
export interface PreviousCode {
  code: string;
  /** `code:PURPOSE:uuid` where this server wrote it, else ''. */
  latest: string;
  /** ms since the epoch on the store's clock. */
  expiresAt: number;
}

export type SendReserved =
  | {
      status: 'ok';
      /**
       * When it was counted in each limit, and then in its device's where that paid, ms since the epoch on the store's clock: what
       * `refundSend` needs.
       */
      countedAt: number[];
      /** Events now counted in each limit. */
      counts: number[];
      previous?: PreviousCode;
      /** What paid for it, and when that was charged, ms since the epoch on the store's clock; absent without an allowance. */
      charge?: AllowanceCharge;
      chargedAt?: number;
      /** What would have refused it, with `report`. */
      reported?: AllowanceLimit;
    }
  /** There is no such captcha. */
  | { status: 'captcha-expired' }
  | { status: 'captcha-mismatch' }
  /** `limit` is the index of the limit that makes the caller wait longest. */
  | { status: 'refused'; limit: number; waitMs: number }
  /** Who asks has no allowance left. */
  | { status: 'not-allowed'; limit: AllowanceLimit; waitMs: number }
  /** Too many wrong codes for this mobile. */
  | { status: 'locked'; waitMs: number }
  /** An operator blocked this mobile; see OperatorStore. */
  | { status: 'blocked'; waitMs: number };

export interface SendRefund {
  mobile: string;
  uuid: string;
  code: string;
  /** All in which it was counted: see `countedLimits`. */
  limits: readonly SlidingWindowLimit[];
  countedAt: readonly number[];
  /** Put back under `sms:{mobile}` for what is left of its life, if the refunded code still stands there and this one is good. */
  previous?: PreviousCode;
  allowance?: AllowanceRefund;
}

export interface CodeCheck {
  mobile: string;
  /** Names the request. Absent: a code that another service wrote is meant. */
  uuid?: string;
  purpose: VerificationPurpose;
  /** What the person typed. */
  code: string;
  lockout: LockoutPolicy;
  /** Tries that are compared with a request's own code are counted here; a right one is not. Absent: no limit. */
  verifications?: SlidingWindowLimit;
  /** Guesses where nothing is compared are counted here: no such request, or a void one, or a locked mobile. Absent: no limit. */
  guesses?: SlidingWindowLimit;
  /** Whether codes that other services wrote under `sms:{mobile}` are checked. */
  foreignCodes: boolean;
  /** Stands for the mobile, see AllowanceRequest: a right code credits whoever asked for it. Absent: nobody. */
  person?: string;
}

export type CodeChecked =
  /** `newPerson`: allowances are kept, and this number was not confirmed in their history before. */
  | { status: 'ok'; smsId?: string; newPerson?: boolean }
  /** No live request of that name, mobile and purpose; or no code of another service. */
  | { status: 'expired' }
  /** `attemptsLeft`: wrong codes still allowed; undefined where no limit counts them. */
  | { status: 'mismatch'; attemptsLeft: number | undefined; smsId?: string }
  /** The request's code is void; with `waitMs`, the mobile is locked as well. */
  | { status: 'locked'; waitMs: number | undefined; smsId?: string }
  /** The client has checked too many. */
  | { status: 'refused'; waitMs: number };

/**
 * The border to what is remembered. Every method is one atomic step, however many callers and servers race, and fails with
 * StoreUnavailableError within a bounded time. Every adapter passes test/store/contract.ts.
 */
export interface Store {
  /** Counts a captcha and remembers its answer. */
  issueCaptcha(issue: CaptchaIssue): Promise<CaptchaIssued>;
  /** The answer to a live captcha, or null. Takes nothing: for development and tests. */
  peekCaptcha(uuid: string): Promise<string | null>;
  /**
   * Takes the captcha. If it is solved, counts a message in every limit, all or none, and writes its code. Codes of earlier requests
   * stay good.
   */
  reserveSend(reservation: SendReservation): Promise<SendReserved>;
  /**
   * Undoes a reservation whose message was definitely not sent: its request, its code, and its counts unless somebody tried the code
   * meanwhile: a guess costs a message, sent or not.
   */
  refundSend(refund: SendRefund): Promise<void>;
  /**
   * Counts the try, then compares in constant time. A right code is consumed, and ends every code of that mobile and purpose; a wrong
   * one is counted against its request and the mobile.
   */
  checkCode(check: CodeCheck): Promise<CodeChecked>;
  /**
   * Notes what became of a message. The first word on each step stays; `record` is what is known now. It is kept for `ttlMs` from the first
   * word on any step.
   */
  noteMessage(
    smsId: string,
    step: MessageStep,
    note: MessageNote,
    ttlMs: number,
  ): Promise<{ isNew: boolean; record: MessageRecord }>;
  /** What was noted of a message; undefined if nothing was, or it is too long ago. */
  readMessage(smsId: string): Promise<MessageRecord | undefined>;
  /** Remembers which message a provider means by a reference of its own. */
  linkMessage(reference: string, smsId: string, ttlMs: number): Promise<void>;
  /** The message that a provider means; undefined if that was never told, or is too long ago. */
  linkedMessage(reference: string): Promise<string | undefined>;
  /** Takes the captcha if there is one, and remembers the text that this request waits for. Other requests of the mobile stay. */
  startInbound(start: InboundStart): Promise<InboundStarted>;
  /**
   * Confirms the request that waits for this text of this mobile, once, and ends every code and every text of that mobile and purpose.
   * A text that nobody waits for counts against nobody.
   */
  confirmInbound(arrival: InboundArrival): Promise<InboundConfirmed>;
  /** What became of such a request. Changes nothing. */
  inboundStatus(question: InboundQuestion): Promise<InboundStatus>;
  /** Resolves if the store answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The limits that a message was counted in: its own, and that of its device where the device paid. */
export function countedLimits(
  { limits, allowance }: Pick<SendReservation, 'limits' | 'allowance'>,
  charge: AllowanceCharge | undefined,
): readonly SlidingWindowLimit[] {
  return charge === 'device' && allowance?.device ? [...limits, allowance.device] : limits;
}

/** A store with the side that operators use. */
export interface OpenedStore extends Store {
  readonly operator: OperatorStore;
}

/** Captcha answers are compared in this form. */
export function normalisedAnswer(answer: string): string {
  return answer.trim().toLowerCase();
}

/** A request's codes live ten minutes at most (OWASP ASVS 5.0, 6.5.5): for so long a right one must be remembered as their end, ms. */
export const LONGEST_CODE_LIFE_MS = 600_000;
