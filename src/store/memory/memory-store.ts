import { timingSafeEqual } from 'node:crypto';
import type { ConversionRule } from '../../limits/conversion';
import type { GuessRule } from '../../limits/rules';
import type { Window } from '../../limits/window';
import { attemptsKey, captchaKey, codeKey, failuresKey } from '../keys';
import {
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeVerified,
  type Conversion,
  comparable,
  type SendRelease,
  type SendReservation,
  type SendReserved,
  type Store,
  StoreUnavailableError,
} from '../store';
import { type LoggedSends, liveSends, poorMs, withoutSend, withSend, withVerification } from './conversion-log';
import { eventCount, type LoggedEvents, liveEvents, waitMs, withEvent, withoutEvent } from './window-log';

type Value = string | number | readonly LoggedEvents[] | readonly LoggedSends[] | { code: string; count: number };

/** At about 200 bytes an entry, some 40 MB. */
const DEFAULT_MAX_ENTRIES = 200_000;
/** How often at most a full store is looked through for expired entries, ms. */
const SWEEP_MS = 1000;
/** How often expired ones are let go while there is room, ms. */
const TIDY_MS = 15_000;

/**
 * The store in this process: the same steps as on Redis, each atomic because none of them waits. For trying the product and for
 * tests; it is forgotten with the process. It holds a bounded number of entries, and refuses when they are all alive: dropping one
 * would forget a limit.
 */
export class MemoryStore implements Store {
  private readonly entries = new Map<string, { value: Value; expiresAt: number }>();
  private sweptAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: () => number = Date.now,
    private readonly maxEntries = DEFAULT_MAX_ENTRIES,
  ) {}

  /** Entries held, expired ones among them until the next sweep. */
  get size(): number {
    return this.entries.size;
  }

  async issueCaptcha({ uuid, text, ttlMs, windows, unsolved }: CaptchaIssue): Promise<CaptchaIssued> {
    this.makeRoom(windows.length + 2);
    const refused = this.longestWait(windows);
    if (refused) return { status: 'refused', waitMs: refused.waitMs };
    const suspicious = eventCount(this.live(unsolved)) > unsolved.cap;
    this.count(suspicious ? windows : [...windows, unsolved]);
    this.set(captchaKey(uuid), text, ttlMs);
    return { status: 'ok', suspicious };
  }

  async takeCaptcha(uuid: string): Promise<string | null> {
    return this.take(uuid);
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, code, ttlMs, windows, guesses, solved, conversion } = reservation;
    this.makeRoom(windows.length + 3);
    if (captcha) {
      const text = this.take(captcha.uuid);
      if (text === null) return { status: 'captcha-expired' };
      if (comparable(text) !== comparable(captcha.answer)) return { status: 'captcha-mismatch' };
    }
    const latest = this.live(solved).at(-1);
    if (latest) this.uncount([solved], latest.at);

    const locked = this.lockedMs(mobile, guesses);
    if (locked !== undefined) return { status: 'locked', waitMs: locked };
    const refused = this.longestWait(windows);
    const poor = this.poorMs(conversion);
    if (conversion?.rule.mode === 'enforce' && poor > (refused?.waitMs ?? 0)) return { status: 'poor', waitMs: poor };
    if (refused) return { status: 'refused', ...refused };

    const now = this.clock();
    this.count(windows);
    this.changeConversion(conversion, (live, rule) => withSend(live, rule, now));
    this.set(codeKey(mobile), code, ttlMs);
    this.entries.delete(attemptsKey(mobile));
    return {
      status: 'ok',
      countedAt: [...windows, ...(conversion?.keys ?? [])].map(() => now),
      counts: windows.map((window) => eventCount(this.live(window))),
      poor: poor > 0 || undefined,
    };
  }

  async releaseSend({ mobile, code, windows, conversion, countedAt }: SendRelease): Promise<void> {
    const at = countedAt[0] ?? 0;
    if (this.get(codeKey(mobile)) === code) {
      this.entries.delete(codeKey(mobile));
      this.entries.delete(attemptsKey(mobile));
    }
    this.changeConversion(conversion, (live, rule) => withoutSend(live, rule, at));
    this.uncount(windows, at);
  }

  async verifyCode(mobile: string, guess: string, guesses: GuessRule, conversion?: Conversion): Promise<CodeVerified> {
    this.makeRoom(2);
    const { maxAttempts, maxFailures } = guesses;
    const locked = this.lockedMs(mobile, guesses);
    if (locked !== undefined) return { status: 'locked', waitMs: locked };
    const code = this.get<string>(codeKey(mobile));
    const counted = this.get<{ code: string; count: number }>(attemptsKey(mobile));
    if (code === undefined) {
      const void_ = maxAttempts > 0 && counted !== undefined && counted.count >= maxAttempts;
      return void_ ? { status: 'locked', waitMs: undefined } : { status: 'expired' };
    }
    if (equal(code, guess)) {
      for (const key of [codeKey, attemptsKey, failuresKey]) this.entries.delete(key(mobile));
      this.changeConversion(conversion, withVerification);
      return { status: 'ok' };
    }
    const attempts = (counted?.code === code ? counted.count : 0) + 1;
    const failures = (this.get<number>(failuresKey(mobile)) ?? 0) + 1;
    const wait = maxFailures > 0 && failures >= maxFailures;
    if (maxFailures > 0) this.set(failuresKey(mobile), failures, wait ? guesses.lockMs : guesses.rowMs);
    this.set(attemptsKey(mobile), { code, count: attempts }, this.ttlMs(codeKey(mobile)));
    const voided = maxAttempts > 0 && attempts >= maxAttempts;
    if (wait || voided) this.entries.delete(codeKey(mobile));
    if (wait) return { status: 'locked', waitMs: guesses.lockMs };
    if (voided) return { status: 'locked', waitMs: undefined };
    const left = [
      maxAttempts > 0 ? maxAttempts - attempts : Infinity,
      maxFailures > 0 ? maxFailures - failures : Infinity,
    ];
    const attemptsLeft = Math.min(...left);
    return { status: 'mismatch', attemptsLeft: Number.isFinite(attemptsLeft) ? attemptsLeft : undefined };
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.entries.clear();
  }

  private lockedMs(mobile: string, { maxFailures }: GuessRule): number | undefined {
    const failures = this.get<number>(failuresKey(mobile)) ?? 0;
    return maxFailures > 0 && failures >= maxFailures ? this.ttlMs(failuresKey(mobile)) : undefined;
  }

  private live(window: Window): LoggedEvents[] {
    return liveEvents(this.get<readonly LoggedEvents[]>(window.key) ?? [], window, this.clock());
  }

  private longestWait(windows: readonly Window[]): { window: number; waitMs: number } | undefined {
    const waits = windows.map((window) => waitMs(this.live(window), window, this.clock()));
    const longest = Math.max(0, ...waits);
    return longest > 0 ? { window: waits.indexOf(longest), waitMs: longest } : undefined;
  }

  private count(windows: readonly Window[]): void {
    for (const window of windows) this.write(window, withEvent(this.live(window), window, this.clock()));
  }

  private uncount(windows: readonly Window[], at: number): void {
    for (const window of windows) this.write(window, withoutEvent(this.live(window), window, at));
  }

  private write(window: Window, log: readonly LoggedEvents[]): void {
    const last = log.at(-1);
    if (last) this.set(window.key, log, last.at + window.lengthMs - this.clock());
    else this.entries.delete(window.key);
  }

  private take(uuid: string): string | null {
    const text = this.get<string>(captchaKey(uuid));
    this.entries.delete(captchaKey(uuid));
    return text ?? null;
  }

  private poorMs(conversion: Conversion | undefined): number {
    if (!conversion || conversion.rule.mode === 'off') return 0;
    const { rule, keys } = conversion;
    const now = this.clock();
    return Math.max(...keys.map((key) => poorMs(liveSends(this.sends(key), rule, now), rule, now)));
  }

  private changeConversion(
    conversion: Conversion | undefined,
    change: (live: LoggedSends[], rule: ConversionRule) => LoggedSends[],
  ): void {
    if (!conversion || conversion.rule.mode === 'off') return;
    const { rule, keys } = conversion;
    for (const key of keys) {
      const log = change(liveSends(this.sends(key), rule, this.clock()), rule);
      const last = log.at(-1);
      if (last) this.set(key, log, last.at + rule.lengthMs - this.clock());
    }
  }

  private sends(key: string): readonly LoggedSends[] {
    return this.get<readonly LoggedSends[]>(key) ?? [];
  }

  private get<T extends Value>(key: string): T | undefined {
    const entry = this.entries.get(key);
    return entry && entry.expiresAt > this.clock() ? (entry.value as T) : undefined;
  }

  private set(key: string, value: Value, ttlMs: number): void {
    this.entries.set(key, { value, expiresAt: this.clock() + ttlMs });
  }

  private ttlMs(key: string): number {
    return (this.entries.get(key)?.expiresAt ?? 0) - this.clock();
  }

  /** Fails before anything is written unless so many more entries fit. */
  private makeRoom(count: number): void {
    const now = this.clock();
    const full = this.entries.size + count > this.maxEntries;
    if (now - this.sweptAt >= (full ? SWEEP_MS : TIDY_MS)) {
      this.sweptAt = now;
      for (const [key, entry] of this.entries) if (entry.expiresAt <= now) this.entries.delete(key);
    }
    if (this.entries.size + count > this.maxEntries) throw new StoreUnavailableError('The in-process store is full');
  }
}

function equal(code: string, guess: string): boolean {
  const a = Buffer.from(code);
  const b = Buffer.from(guess);
  return a.length === b.length && timingSafeEqual(a, b);
}
