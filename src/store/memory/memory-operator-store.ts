import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type { StoreKeys } from '../keys';
import {
  AUDIT_LIFE_MS,
  AUDIT_LINES,
  type Counts,
  HISTORY_EVENTS,
  HISTORY_LIFE_MS,
  type LimitUse,
  type Listing,
  type ListName,
  type LiveRequest,
  type MobileEvent,
  type MobileNote,
  type MobileStanding,
  type OperatorStore,
  type StoreNode,
  sumOf,
  TALLY_LIFE_MS,
  tallyIndex,
  tallyIndexes,
} from '../operator-store';
import type { ExpiringEntries } from './expiring-entries';
import type { RequestRecord } from './memory-codes';
import { type LogEntry, limitUse } from './sliding-window-log';

export type MemoryListing = Omit<Listing, 'leftMs'>;

/** What operators see and change of the in-process store; no command reaches it from outside, since it lives in the server. */
export class MemoryOperatorStore implements OperatorStore {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  async list(mobile: string, list: ListName, reason: string, lifeMs: number): Promise<void> {
    const listing: MemoryListing = { list, reason, since: this.clock() };
    this.write(this.keys.listed(mobile), listing, lifeMs);
  }

  async unlist(mobile: string): Promise<ListName | undefined> {
    return this.take<MemoryListing>(this.keys.listed(mobile))?.list;
  }

  async reset(mobile: string, limits: readonly SlidingWindowLimit[], lockout: boolean): Promise<number> {
    const keys = limits.map((limit) => this.keys.limit(limit));
    if (lockout) keys.push(this.keys.failures(mobile));
    return keys.map((key) => this.take(key)).filter((value) => value !== undefined).length;
  }

  async lookUp(mobile: string): Promise<MobileStanding> {
    const { entries, keys } = this;
    const now = this.clock();
    const listing = entries.get<MemoryListing>(keys.listed(mobile));
    const events = entries.get<readonly MobileEvent[]>(keys.history(mobile)) ?? [];
    const latest = entries.get<string>(keys.latest(mobile));
    const uuids = new Set([...events.map(({ uuid }) => uuid), latest].filter((uuid) => uuid !== undefined));
    const failures = entries.get<number>(keys.failures(mobile)) ?? 0;
    return {
      now,
      listing: listing && { ...listing, leftMs: entries.ttlMs(keys.listed(mobile)) },
      failures,
      failuresLeftMs: failures > 0 ? entries.ttlMs(keys.failures(mobile)) : 0,
      requests: [...uuids].flatMap((uuid) => this.request(mobile, uuid)).sort((a, b) => a.at - b.at),
      events: events.filter(({ at }) => at > now - HISTORY_LIFE_MS),
    };
  }

  async uses(limits: readonly SlidingWindowLimit[]): Promise<LimitUse[]> {
    return limits.map((limit) =>
      limitUse(this.entries.get<readonly LogEntry[]>(this.keys.limit(limit)) ?? [], limit, this.clock()),
    );
  }

  async noteAll(notes: readonly MobileNote[]): Promise<void> {
    for (const { mobile, event } of notes) {
      this.append(this.keys.history(mobile), event, HISTORY_EVENTS, HISTORY_LIFE_MS);
    }
  }

  async tally(counts: Counts, at: number): Promise<void> {
    const key = this.keys.tally(tallyIndex(at));
    this.write(key, sumOf([this.entries.get<Counts>(key) ?? {}, counts]), TALLY_LIFE_MS);
  }

  async totals(sinceMs: number, at: number): Promise<Counts> {
    return sumOf(tallyIndexes(sinceMs, at).map((index) => this.entries.get<Counts>(this.keys.tally(index)) ?? {}));
  }

  async leaveAudit(line: string): Promise<void> {
    this.append(this.keys.audit(), line, AUDIT_LINES, AUDIT_LIFE_MS);
  }

  async takeAudit(): Promise<string[]> {
    return this.take<string[]>(this.keys.audit()) ?? [];
  }

  async nodes(): Promise<StoreNode[]> {
    return [];
  }

  private request(mobile: string, uuid: string): LiveRequest[] {
    const { entries, keys } = this;
    const key = keys.request(mobile, uuid);
    const record = entries.get<RequestRecord>(key);
    const ended = record && (entries.get<number>(keys.ended(mobile, record.purpose)) ?? -1);
    if (!record || record.at <= (ended ?? -1)) return [];
    const { purpose, smsId, at, wrong, code } = record;
    return [{ purpose, smsId, at, leftMs: entries.ttlMs(key), wrong, isVoid: code === '' }];
  }

  private append<T>(key: string, value: T, kept: number, lifeMs: number): void {
    this.write(key, [...(this.entries.get<readonly T[]>(key) ?? []), value].slice(-kept), lifeMs);
  }

  private write(key: string, value: unknown, lifeMs: number): void {
    this.entries.makeRoom(1);
    this.entries.set(key, value, lifeMs);
  }

  private take<T>(key: string): T | undefined {
    const value = this.entries.get<T>(key);
    this.entries.delete(key);
    return value;
  }
}
