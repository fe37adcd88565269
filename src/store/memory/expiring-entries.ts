import { StoreUnavailableError } from '../store';

/** At about 200 bytes an entry, some 40 MB. */
const DEFAULT_MAX_ENTRIES = 200_000;
/** How often at most a full store is looked through for expired entries, ms. */
const SWEEP_MS = 1000;
/** How often expired ones are let go while there is room, ms. */
const TIDY_MS = 15_000;

/** A bounded map whose entries expire. */
export class ExpiringEntries {
  private readonly entries = new Map<string, { value: unknown; expiresAt: number }>();
  private sweptAt = Number.NEGATIVE_INFINITY;

  /** @param clock ms since the epoch. */
  constructor(
    private readonly clock: () => number,
    private readonly maxEntries = DEFAULT_MAX_ENTRIES,
  ) {}

  /** Entries held, expired ones among them until the next sweep. */
  get size(): number {
    return this.entries.size;
  }

  /** Whether so much is held that the rest is kept for what nobody can do without. */
  get isHalfFull(): boolean {
    return this.entries.size > this.maxEntries / 2;
  }

  get<T>(key: string): T | undefined {
    const entry = this.entries.get(key);
    return entry && entry.expiresAt > this.clock() ? (entry.value as T) : undefined;
  }

  set(key: string, value: unknown, ttlMs: number): void {
    this.entries.set(key, { value, expiresAt: this.clock() + ttlMs });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }

  /** What is left of its life, ms; 0 or less if there is none. */
  ttlMs(key: string): number {
    return (this.entries.get(key)?.expiresAt ?? 0) - this.clock();
  }

  /**
   * Makes sure that so many more entries fit.
   * @throws StoreUnavailableError, before anything is written, if they don't.
   */
  makeRoom(count: number): void {
    const now = this.clock();
    const full = this.entries.size + count > this.maxEntries;
    // A clock that was set back must not put the next sweep off until it is there again.
    if (Math.abs(now - this.sweptAt) >= (full ? SWEEP_MS : TIDY_MS)) {
      this.sweptAt = now;
      for (const [key, entry] of this.entries) if (entry.expiresAt <= now) this.entries.delete(key);
    }
    if (this.entries.size + count > this.maxEntries) throw new StoreUnavailableError('The in-process store is full');
  }
}
