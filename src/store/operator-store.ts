import type { SlidingWindowLimit } from '../limits/sliding-window-limit';

/** What an operator decided for a mobile: never send to it; or let its own caps not refuse it. */
export type ListName = 'blocked' | 'allowed';

export interface Listing {
  list: ListName;
  /** Why, in the operator's words. */
  reason: string;
  /** ms since the epoch on the store's clock. */
  since: number;
  /** How long it holds still, ms. */
  leftMs: number;
}

/** Something that happened to a mobile. No code stands in it. */
export interface MobileEvent {
  /** ms since the epoch, on the clock of whoever noted it. */
  at: number;
  event: 'send' | 'refused' | 'code-right' | 'operator';
  purpose?: string;
  /** Of the message that it is about. */
  smsId?: string;
  /** Names the request; never shown. */
  uuid?: string;
  /** Of a refusal. */
  rule?: string;
  /** Of a refusal, seconds. */
  retryAfter?: number;
  /** Of a send. */
  outcome?: string;
  provider?: string;
  providerCode?: string;
  /** Of an operator: what was done, and why. */
  change?: string;
  reason?: string;
}

/** What happened to which mobile. */
export interface MobileNote {
  mobile: string;
  event: MobileEvent;
}

/** A request whose code can be confirmed now, if it is not void. */
export interface LiveRequest {
  purpose: string;
  smsId: string;
  /** When it was asked for, ms since the epoch on the store's clock. */
  at: number;
  leftMs: number;
  wrong: number;
  isVoid: boolean;
}

export interface LimitUse {
  used: number;
  /** Until one more event is allowed, ms; 0 for at once. */
  waitMs: number;
  /** Until the oldest event counts no more, ms; 0 where there is none. */
  nextFreeMs: number;
}

/** All that is kept of a mobile, without its codes. */
export interface MobileStanding {
  /** ms since the epoch on the store's clock. */
  now: number;
  listing?: Listing;
  /** Wrong codes in a row, and until they are forgotten, or the lockout is over, ms. */
  failures: number;
  failuresLeftMs: number;
  /** Oldest first. */
  requests: LiveRequest[];
  /** Of the last 24 hours, the last twenty, oldest first. */
  events: MobileEvent[];
}

/** A server of the store; what it does not tell this user is undefined. */
export interface StoreNode {
  name: string;
  version?: string;
  /** What it does once its memory is full, where that has a bound. */
  evictionPolicy?: string;
  usedMemory?: string;
  /** Whether a restart keeps what is written. */
  persistent?: boolean;
  /** By how much its clock is ahead of this process's, ms. */
  clockAheadMs: number;
  /** How long it took to answer, ms. */
  answeredInMs: number;
}

/** From this difference between this process's clock and a store's on, ms, tickets and providers' signatures fail. */
export const CLOCK_SKEW_FAILS_MS = 60_000;

/** How often something happened, by name. */
export type Counts = Readonly<Record<string, number>>;

/**
 * The border to what operators see and change of the store, apart from what requests need. Each method fails with StoreUnavailableError
 * within a bounded time. Every adapter passes test/store/contract-operator.ts.
 */
export interface OperatorStore {
  /** Puts a mobile on a list, in place of whatever list it was on. `reason` is one line. */
  list(mobile: string, list: ListName, reason: string, lifeMs: number): Promise<void>;
  /** Takes a mobile off its list. */
  unlist(mobile: string): Promise<ListName | undefined>;
  /** Forgets what these limits counted of a mobile, and with `lockout` its wrong codes. Returns how many counts there were. */
  reset(mobile: string, limits: readonly SlidingWindowLimit[], lockout: boolean): Promise<number>;
  lookUp(mobile: string): Promise<MobileStanding>;
  /** How far limits are used, in their order. */
  uses(limits: readonly SlidingWindowLimit[]): Promise<LimitUse[]>;
  /** Notes what happened to mobiles, in the order in which it did; of each the last twenty are kept, for 24 hours. */
  noteAll(notes: readonly MobileNote[]): Promise<void>;
  /** Adds counts to those of five minutes. `at`: ms since the epoch. */
  tally(counts: Counts, at: number): Promise<void>;
  /** The sums since so many ms before `at`, to within five minutes; a day at most. */
  totals(sinceMs: number, at: number): Promise<Counts>;
  /** Leaves a line for the log of the servers: the last thousand are kept, for a week. */
  leaveAudit(line: string): Promise<void>;
  /** Takes the lines that are there: of any number of servers, one gets each. */
  takeAudit(): Promise<string[]>;
  /** What the servers behind the store say of themselves; none where the store is this process. */
  nodes(): Promise<StoreNode[]>;
}

export const HISTORY_EVENTS = 20;
export const HISTORY_LIFE_MS = 24 * 3_600_000;
export const AUDIT_LINES = 1_000;
export const AUDIT_LIFE_MS = 7 * 24 * 3_600_000;
/** Longer than a day is asked for. */
export const TALLY_LIFE_MS = 25 * 3_600_000;
const TALLY_MS = 5 * 60_000;

/** Which five minutes a moment belongs to. */
export function tallyIndex(at: number): number {
  return Math.floor(at / TALLY_MS);
}

/** The five minutes that reach from so long before `at` until then. */
export function tallyIndexes(sinceMs: number, at: number): number[] {
  const first = tallyIndex(at - sinceMs);
  return Array.from({ length: tallyIndex(at) - first + 1 }, (_, i) => first + i);
}

export function sumOf(counts: readonly Counts[]): Counts {
  const sum: Record<string, number> = {};
  for (const each of counts) for (const [name, count] of Object.entries(each)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
