import { timingSafeEqual } from 'node:crypto';
import type { AllowanceRequest, LockoutPolicy } from '../../limits/rules';
import type { StoreKeys } from '../keys';
import { type CodeCheck, type CodeChecked, LONGEST_CODE_LIFE_MS } from '../store';
import type { ExpiringEntries } from './expiring-entries';

export interface RequestRecord {
  code: string;
  purpose: string;
  wrong: number;
  at: number;
  smsId: string;
  /** Who asked, where allowances are kept. */
  asker?: Pick<AllowanceRequest, 'client' | 'network' | 'parent'>;
}

type CodeNotCompared = Extract<CodeChecked, { status: 'expired' | 'locked' }>;

/** The codes of the in-process store: comparing them, and when one ends. */
export class MemoryCodes {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  /** Why a code would not be compared with this request's; undefined: it would be. */
  refusal({ mobile, lockout }: CodeCheck, record: RequestRecord | undefined): CodeNotCompared | undefined {
    if (!record) return { status: 'expired' };
    const waitMs = this.lockedMs(mobile, lockout);
    // A void one has no code, and nothing equals that.
    const isVoid = !record.code || (lockout.maxAttempts > 0 && record.wrong >= lockout.maxAttempts);
    return waitMs !== undefined || isVoid ? { status: 'locked', waitMs } : undefined;
  }

  compare(
    { mobile, uuid, purpose, code: guess, lockout }: CodeCheck,
    record: RequestRecord,
  ): Exclude<CodeChecked, { status: 'refused' }> {
    const { keys, entries } = this;
    const { maxAttempts, maxFailures, lockoutMs, failureWindowMs } = lockout;
    const key = keys.request(mobile, uuid ?? '');
    if (equal(record.code, guess)) {
      entries.delete(keys.failures(mobile));
      entries.delete(key);
      this.end(mobile, purpose, record.at);
      return { status: 'ok' };
    }
    const wrong = record.wrong + 1;
    const failures = (entries.get<number>(keys.failures(mobile)) ?? 0) + 1;
    const lock = maxFailures > 0 && failures >= maxFailures;
    if (maxFailures > 0) entries.set(keys.failures(mobile), failures, lock ? lockoutMs : failureWindowMs);
    const isVoid = maxAttempts > 0 && wrong >= maxAttempts;
    entries.set(key, { ...record, wrong, code: isVoid ? '' : record.code }, entries.ttlMs(key));
    if (lock) return { status: 'locked', waitMs: lockoutMs };
    if (isVoid) return { status: 'locked', waitMs: undefined };
    const left = Math.min(
      maxAttempts > 0 ? maxAttempts - wrong : Infinity,
      maxFailures > 0 ? maxFailures - failures : Infinity,
    );
    return { status: 'mismatch', attemptsLeft: Number.isFinite(left) ? left : undefined };
  }

  /** What was asked for until now, and at `askedAt` at the latest, is good no more. */
  end(mobile: string, purpose: string, askedAt: number): void {
    const { keys, entries } = this;
    entries.set(keys.ended(mobile, purpose), Math.max(this.clock(), askedAt), LONGEST_CODE_LIFE_MS);
  }

  /** `lockoutMs` at most: failures that a higher limit allowed are kept for longer, and last no longer than that once a lower one locks. */
  lockedMs(mobile: string, { maxFailures, lockoutMs }: LockoutPolicy): number | undefined {
    const { entries } = this;
    const key = this.keys.failures(mobile);
    const failures = entries.get<number>(key) ?? 0;
    if (maxFailures === 0 || failures < maxFailures) return undefined;
    if (entries.ttlMs(key) > lockoutMs) entries.set(key, failures, lockoutMs);
    return entries.ttlMs(key);
  }
}

function equal(code: string, guess: string): boolean {
  const a = Buffer.from(code);
  const b = Buffer.from(guess);
  return a.length === b.length && timingSafeEqual(a, b);
}
