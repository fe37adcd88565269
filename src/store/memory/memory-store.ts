import { timingSafeEqual } from 'node:crypto';
import type { AllowanceRequest, LockoutPolicy } from '../../limits/rules';
import { gradedCap, isSparedToAllowed, type SlidingWindowLimit } from '../../limits/sliding-window-limit';
import { StoreKeys } from '../keys';
import type { OperatorStore } from '../operator-store';
import {
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeCheck,
  type CodeChecked,
  LONGEST_CODE_LIFE_MS,
  normalisedAnswer,
  type OpenedStore,
  type PreviousCode,
  type SendRefund,
  type SendReservation,
  type SendReserved,
} from '../store';
import { ExpiringEntries } from './expiring-entries';
import { MemoryAllowances } from './memory-allowances';
import { type MemoryListing, MemoryOperatorStore } from './memory-operator-store';
import { eventCount, type LogEntry, liveEntries, waitMs, withEvent, withoutEvent } from './sliding-window-log';

interface RequestRecord {
  code: string;
  purpose: string;
  wrong: number;
  at: number;
  smsId: string;
  /** Who asked, where allowances are kept. */
  asker?: Pick<AllowanceRequest, 'client' | 'network' | 'parent'>;
}

/**
 * The store in this process: the same steps as on Redis, each atomic because none of them waits. For trying the product and for
 * tests; it is forgotten with the process. It holds a bounded number of entries, and refuses when they are all alive: dropping one
 * would forget a limit.
 */
export class MemoryStore implements OpenedStore {
  readonly operator: OperatorStore;
  private readonly keys = new StoreKeys();
  private readonly entries: ExpiringEntries;
  private readonly allowances: MemoryAllowances;

  constructor(
    private readonly clock: () => number = Date.now,
    maxEntries?: number,
  ) {
    this.entries = new ExpiringEntries(clock, maxEntries);
    this.operator = new MemoryOperatorStore(this.entries, this.keys, clock);
    this.allowances = new MemoryAllowances(this.entries, this.keys, clock);
  }

  /** Entries held, expired ones among them until the next sweep. */
  get size(): number {
    return this.entries.size;
  }

  async issueCaptcha({ uuid, text, ttlMs, limits }: CaptchaIssue): Promise<CaptchaIssued> {
    this.entries.makeRoom(limits.length + 1);
    if (this.entries.get(this.keys.captcha(uuid)) !== undefined) return { status: 'taken' };
    const effective = this.withGradedCap(limits);
    const refused = this.longestWait(effective);
    if (refused) return { status: 'refused', ...refused };
    this.count(effective);
    this.entries.set(this.keys.captcha(uuid), text, ttlMs);
    return { status: 'ok' };
  }

  async peekCaptcha(uuid: string): Promise<string | null> {
    return this.entries.get<string>(this.keys.captcha(uuid)) ?? null;
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, purpose, smsId, code, ttlMs, limits, lockout, solved, allowance } = reservation;
    const { keys, entries } = this;
    entries.makeRoom(limits.length + (allowance ? 11 : 3));
    const text = entries.get<string>(keys.captcha(captcha.uuid));
    if (text === undefined) return { status: 'captcha-expired' };
    entries.delete(keys.captcha(captcha.uuid));
    if (normalisedAnswer(text) !== normalisedAnswer(captcha.answer)) return { status: 'captcha-mismatch' };
    for (const limit of solved) {
      const latest = this.live(limit).at(-1);
      if (latest) this.refund([limit], [latest.at]);
    }

    const list = entries.get<MemoryListing>(keys.listed(mobile))?.list;
    if (list === 'blocked') return { status: 'blocked', waitMs: entries.ttlMs(keys.listed(mobile)) };
    const isAllowed = list === 'allowed';
    const locked = this.lockedMs(mobile, lockout);
    if (locked !== undefined) return { status: 'locked', waitMs: locked };
    const refused = this.longestWait(limits, isAllowed);
    // Strangers who ask for a mobile count as its own cap, which an allowed one is spared.
    const decision =
      allowance && this.allowances.decide(mobile, allowance, isAllowed ? [] : this.messagesToday(mobile));
    const denied = decision && !decision.allow ? decision : undefined;
    if (denied && allowance?.mode === 'enforce' && denied.waitMs > (refused?.waitMs ?? 0)) {
      return { status: 'not-allowed', limit: denied.limit, waitMs: denied.waitMs };
    }
    if (refused) return { status: 'refused', ...refused };

    const now = this.clock();
    this.count(limits);
    // What is only reported is owed by its network all the same.
    const charge = decision?.allow ? decision.charge : 'own';
    if (allowance) this.allowances.charge(mobile, allowance, charge);
    const previous = entries.get<string>(keys.code(mobile));
    const previousCode = previous !== undefined && {
      code: previous,
      latest: entries.get<string>(keys.latest(mobile)) ?? '',
      expiresAt: now + entries.ttlMs(keys.code(mobile)),
    };
    // A code that is asked for after another ended all of its purpose is never taken for one of those, even if the clock steps back.
    const at = Math.max(now, (entries.get<number>(keys.ended(mobile, purpose)) ?? Number.NEGATIVE_INFINITY) + 1);
    const asker = allowance && { client: allowance.client, network: allowance.network, parent: allowance.parent };
    const record: RequestRecord = { code, purpose, wrong: 0, at, smsId, asker };
    entries.set(keys.request(mobile, captcha.uuid), record, ttlMs);
    entries.set(keys.code(mobile), code, ttlMs);
    entries.set(keys.latest(mobile), `${code}:${purpose}:${captcha.uuid}`, ttlMs);
    return {
      status: 'ok',
      countedAt: limits.map(() => now),
      counts: limits.map((limit) => eventCount(this.live(limit))),
      ...(previousCode && { previous: previousCode }),
      ...(allowance && { charge, chargedAt: now }),
      ...(denied && { reported: denied.limit }),
    };
  }

  async refundSend({ mobile, uuid, code, limits, countedAt, previous, allowance }: SendRefund): Promise<void> {
    const { keys, entries } = this;
    entries.delete(keys.request(mobile, uuid));
    if (entries.get(keys.code(mobile)) === code) {
      const left = previous ? previous.expiresAt - this.clock() : 0;
      this.deleteCode(mobile);
      if (previous && left > 0 && this.isGood(mobile, previous)) {
        entries.set(keys.code(mobile), previous.code, left);
        if (previous.latest) entries.set(keys.latest(mobile), previous.latest, left);
      }
    }
    this.refund(limits, countedAt);
    if (allowance) this.allowances.refund(mobile, allowance);
  }

  async checkCode(check: CodeCheck): Promise<CodeChecked> {
    const { mobile, uuid, purpose, verifications, guesses } = check;
    const { keys, entries } = this;
    entries.makeRoom(check.person ? 7 : 3);
    const record = uuid === undefined ? undefined : entries.get<RequestRecord>(keys.request(mobile, uuid));
    const ended = entries.get<number>(keys.ended(mobile, purpose)) ?? Number.NEGATIVE_INFINITY;
    const live = record && record.purpose === purpose && record.at > ended ? record : undefined;
    const foreign = uuid === undefined && check.foreignCodes ? this.foreignCode(mobile, check.lockout) : undefined;
    const counted = live || foreign ? verifications : guesses;
    const refused = counted && this.longestWait([counted]);
    if (refused) return { status: 'refused', waitMs: refused.waitMs };
    const checked = this.compare(check, live, foreign);
    if (counted && checked.status !== 'ok') this.count([counted]);
    if (checked.status === 'ok' && live?.asker && check.person)
      this.allowances.confirm(mobile, live.asker, check.person);
    return live && checked.status !== 'expired' ? { ...checked, smsId: live.smsId } : checked;
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.entries.clear();
  }

  private compare(
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
        entries.set(keys.ended(mobile, purpose), Math.max(this.clock(), record.at), LONGEST_CODE_LIFE_MS);
        const latest = entries.get<string>(keys.latest(mobile));
        if (latest?.startsWith(`${entries.get<string>(keys.code(mobile))}:${purpose}:`)) this.deleteCode(mobile);
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

  /** The code that another service wrote, with the wrong tries at it; '' if those made it void. */
  private foreignCode(mobile: string, { maxAttempts }: LockoutPolicy): { code: string; wrong: number } | undefined {
    const { keys, entries } = this;
    const code = entries.get<string>(keys.code(mobile));
    const [counted, wrong = '0'] = (entries.get<string>(keys.attempts(mobile)) ?? '').split(':');
    const isVoid = counted !== '' && maxAttempts > 0 && Number(wrong) >= maxAttempts;
    if (code === undefined) return isVoid ? { code: '', wrong: Number(wrong) } : undefined;
    if (entries.get<string>(keys.latest(mobile))?.split(':')[0] === code) return undefined;
    return { code, wrong: counted === code ? Number(wrong) : 0 };
  }

  /** Whether a code that stood under `sms:{mobile}` is good still; another service's is. */
  private isGood(mobile: string, { code, latest }: PreviousCode): boolean {
    if (latest === '') return true;
    const [request, ended] = this.keys.ofLatest(mobile, latest);
    const record = this.entries.get<RequestRecord>(request);
    return record?.code === code && record.at > (this.entries.get<number>(ended) ?? Number.NEGATIVE_INFINITY);
  }

  private deleteCode(mobile: string, keepAttempts = false): void {
    const { keys, entries } = this;
    for (const key of [keys.code(mobile), keys.latest(mobile)]) entries.delete(key);
    if (!keepAttempts) entries.delete(keys.attempts(mobile));
  }

  private lockedMs(mobile: string, { maxFailures }: LockoutPolicy): number | undefined {
    const key = this.keys.failures(mobile);
    const failures = this.entries.get<number>(key) ?? 0;
    return maxFailures > 0 && failures >= maxFailures ? this.entries.ttlMs(key) : undefined;
  }

  private withGradedCap(limits: readonly SlidingWindowLimit[]): SlidingWindowLimit[] {
    const everyone = limits.find(({ rule }) => rule === 'captchas-live');
    if (!everyone) return [...limits];
    const live = eventCount(this.live(everyone));
    return limits.map((limit) =>
      limit.rule === 'captcha-network-minute' ? { ...limit, cap: gradedCap(limit.cap, live, everyone.cap) } : limit,
    );
  }

  /** As the arithmetic of allowances takes it. */
  private messagesToday(mobile: string): number[] {
    const key = this.keys.limit({ rule: 'mobile-day', subject: { kind: 'mobile', id: mobile } });
    return (this.entries.get<readonly LogEntry[]>(key) ?? []).flatMap(({ at, count }) => [at, count]);
  }

  private live(limit: SlidingWindowLimit): LogEntry[] {
    return liveEntries(this.entries.get<readonly LogEntry[]>(this.keys.limit(limit)) ?? [], limit, this.clock());
  }

  private longestWait(
    limits: readonly SlidingWindowLimit[],
    isAllowed = false,
  ): { limit: number; waitMs: number } | undefined {
    const waits = limits.map((limit) =>
      isAllowed && isSparedToAllowed(limit) ? 0 : waitMs(this.live(limit), limit, this.clock()),
    );
    const longest = Math.max(0, ...waits);
    return longest > 0 ? { limit: waits.indexOf(longest), waitMs: longest } : undefined;
  }

  private count(limits: readonly SlidingWindowLimit[]): void {
    for (const limit of limits) this.write(limit, withEvent(this.live(limit), limit, this.clock()));
  }

  private refund(limits: readonly SlidingWindowLimit[], countedAt: readonly number[]): void {
    for (const [i, limit] of limits.entries())
      this.write(limit, withoutEvent(this.live(limit), limit, countedAt[i] ?? 0));
  }

  private write(limit: SlidingWindowLimit, log: readonly LogEntry[]): void {
    const last = log.at(-1);
    const key = this.keys.limit(limit);
    if (last) this.entries.set(key, log, last.at + limit.lengthMs - this.clock());
    else this.entries.delete(key);
  }
}

function equal(code: string, guess: string): boolean {
  const a = Buffer.from(code);
  const b = Buffer.from(guess);
  return a.length === b.length && timingSafeEqual(a, b);
}
