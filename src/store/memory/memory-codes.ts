import { timingSafeEqual } from 'node:crypto';
import type { AllowanceRequest, LockoutPolicy } from '../../limits/rules';
import type { StoreKeys } from '../keys';
import { type CodeCheck, type CodeChecked, LONGEST_CODE_LIFE_MS, type PreviousCode } from '../store';
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

/** The codes of the in-process store: comparing them, and when one ends. */
export class MemoryCodes {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  compare(
    { mobile, uuid, purpose, code: guess, lockout }: CodeCheck,
    record: RequestRecord | undefined,
    foreign: { code: string; wrong: number } | undefined,
  ): Exclude<CodeChecked, { status: 'refused' }> {
    const { keys, entries } = this;
    const { maxAttempts, maxFailures, lockoutMs, failureWindowMs } = lockout;
    const tried = record ?? foreign;
    if (!tried) return { status: 'expired' };
    const locked = this.lockedMs(mobile, lockout);
    if (locked !== undefined) return { status: 'locked', waitMs: locked };
    // A void one has no code, and nothing equals that.
    if (!tried.code || (maxAttempts > 0 && tried.wrong >= maxAttempts)) return { status: 'locked', waitMs: undefined };

    if (equal(tried.code, guess)) {
      entries.delete(keys.failures(mobile));
      if (record) {
        entries.delete(keys.request(mobile, uuid ?? ''));
        this.end(mobile, purpose, record.at);
      } else this.deleteCode(mobile);
      return { status: 'ok' };
    }
    const wrong = tried.wrong + 1;
    const failures = (entries.get<number>(keys.failures(mobile)) ?? 0) + 1;
    const lock = maxFailures > 0 && failures >= maxFailures;
    if (maxFailures > 0) entries.set(keys.failures(mobile), failures, lock ? lockoutMs : failureWindowMs);
    const isVoid = maxAttempts > 0 && wrong >= maxAttempts;
    if (record) {
      const key = keys.request(mobile, uuid ?? '');
      // A void one has no code any more, so that a refund doesn't put it back.
      entries.set(key, { ...record, wrong, code: isVoid ? '' : record.code }, entries.ttlMs(key));
    } else {
      entries.set(keys.attempts(mobile), `${tried.code}:${wrong}`, entries.ttlMs(keys.code(mobile)));
    }
    if (lock || (isVoid && entries.get(keys.code(mobile)) === tried.code)) this.deleteCode(mobile, !record);
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
    const latest = entries.get<string>(keys.latest(mobile));
    if (latest?.startsWith(`${entries.get<string>(keys.code(mobile))}:${purpose}:`)) this.deleteCode(mobile);
  }

  /** The code that another service wrote, with the wrong tries at it; '' if those made it void. */
  foreignCode(mobile: string, { maxAttempts }: LockoutPolicy): { code: string; wrong: number } | undefined {
    const { keys, entries } = this;
    const code = entries.get<string>(keys.code(mobile));
    const [counted, wrong = '0'] = (entries.get<string>(keys.attempts(mobile)) ?? '').split(':');
    const isVoid = counted !== '' && maxAttempts > 0 && Number(wrong) >= maxAttempts;
    if (code === undefined) return isVoid ? { code: '', wrong: Number(wrong) } : undefined;
    if (entries.get<string>(keys.latest(mobile))?.split(':')[0] === code) return undefined;
    return { code, wrong: counted === code ? Number(wrong) : 0 };
  }

  /** Whether a code that stood under `sms:{mobile}` is good still; another service's is. */
  isGood(mobile: string, { code, latest }: PreviousCode): boolean {
    if (latest === '') return true;
    const [request, ended] = this.keys.ofLatest(mobile, latest);
    const record = this.entries.get<RequestRecord>(request);
    return record?.code === code && record.at > (this.entries.get<number>(ended) ?? Number.NEGATIVE_INFINITY);
  }

  deleteCode(mobile: string, keepAttempts = false): void {
    const { keys, entries } = this;
    for (const key of [keys.code(mobile), keys.latest(mobile)]) entries.delete(key);
    if (!keepAttempts) entries.delete(keys.attempts(mobile));
  }

  lockedMs(mobile: string, { maxFailures }: LockoutPolicy): number | undefined {
    const key = this.keys.failures(mobile);
    const failures = this.entries.get<number>(key) ?? 0;
    return maxFailures > 0 && failures >= maxFailures ? this.entries.ttlMs(key) : undefined;
  }
}

function equal(code: string, guess: string): boolean {
  const a = Buffer.from(code);
  const b = Buffer.from(guess);
  return a.length === b.length && timingSafeEqual(a, b);
}
