import { HISTORY_MS } from '../../limits/allowances';
import { type AllowanceLog, withMessage, withoutMessage } from './allowance-log';

const HOUR = 3_600_000;
export const DAY_MS = 24 * HOUR;
/** What an unknown network left unconfirmed counts for so long. */
export const WEEK_MS = 7 * DAY_MS;

/** What a confirmation keeps from one full hour to the next, so that a steady count a day stands at itself, and at ten times itself. */
const KEPT_OF_A_DAY = 23 / 24;
const KEPT_OF_TEN_DAYS = 239 / 240;
/** What is left of one confirmation after HISTORY_MS: with less than this a network is unknown. */
const KNOWN = 0.05;
/** From less than this, less than half a confirmation a day is left after SMALL_HISTORY_MS. */
const SMALL_HISTORY = 5;
const SMALL_HISTORY_MS = 3 * DAY_MS;

/**
 * How a client, a network or the parent of networks stands: its messages that nobody confirmed (`debts`), and what it confirmed.
 * In Redis one list of numbers: `[ofDay, ofTenDays, hour, at, count, at, count, …]`.
 */
export interface Standing {
  /** Confirmations, decayed over a day and over ten. */
  ofDay: number;
  ofTenDays: number;
  /** The hour since the epoch to which they are decayed. */
  hour: number;
  debts: AllowanceLog;
}

export const NO_STANDING: Standing = { ofDay: 0, ofTenDays: 0, hour: 0, debts: [] };

/** Confirmations a day: the recent ones, or the usual ones if they are more. */
export function confirmationRate(standing: Standing, now: number): number {
  const { ofDay, ofTenDays } = decayed(standing, now);
  return Math.max(ofDay, ofTenDays / 10);
}

export function isKnown(standing: Standing, now: number): boolean {
  return decayed(standing, now).ofTenDays >= KNOWN;
}

/** A debt more. `keepMs`: how long it can count. */
export function withDebt(standing: Standing, keepMs: number, now: number): Standing {
  return { ...standing, debts: withMessage(standing.debts, keepMs, now) };
}

/** A debt of the time `sentAt` less: it was confirmed, or definitely not sent. */
export function withoutDebt(standing: Standing, sentAt: number): Standing {
  return { ...standing, debts: withoutMessage(standing.debts, sentAt) };
}

/** A confirmation more, of so much weight (0 to 1). */
export function withCredit(standing: Standing, weight: number, now: number): Standing {
  const { ofDay, ofTenDays } = decayed(standing, now);
  const hour = Math.max(standing.hour, Math.floor(now / HOUR));
  return { ...standing, ofDay: ofDay + weight, ofTenDays: ofTenDays + weight, hour };
}

/**
 * When nothing of it counts any more, ms since the epoch; then its key may go. `keepMs` as for `withDebt`. Of clients and parents
 * only whole confirmations a day count, so their small histories go early: most clients confirm once and never come back.
 */
export function standingExpiresAt(
  { ofTenDays, hour, debts }: Standing,
  whose: 'client' | 'network' | 'parent',
  keepMs: number,
): number {
  const debtsEnd = (debts.at(-2) ?? -keepMs) + keepMs;
  const historyMs = whose !== 'network' && ofTenDays < SMALL_HISTORY ? SMALL_HISTORY_MS : HISTORY_MS;
  return Math.max(debtsEnd, ofTenDays > 0 ? hour * HOUR + historyMs : 0);
}

function decayed({ ofDay, ofTenDays, hour }: Standing, now: number): { ofDay: number; ofTenDays: number } {
  const hours = Math.max(0, Math.floor(now / HOUR) - hour);
  if (hours * HOUR >= HISTORY_MS) return { ofDay: 0, ofTenDays: 0 };
  return { ofDay: ofDay * power(KEPT_OF_A_DAY, hours), ofTenDays: ofTenDays * power(KEPT_OF_TEN_DAYS, hours) };
}

/** base ^ exponent for a whole exponent: only multiplications, in one order, so that every machine and language finds the same. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
