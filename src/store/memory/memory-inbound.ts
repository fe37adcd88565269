import type { InboundArrival, InboundQuestion, InboundStart, InboundStatus } from '../inbound-requests';
import type { StoreKeys } from '../keys';
import type { ExpiringEntries } from './expiring-entries';

interface InboundRecord {
  code: string;
  purpose: string;
  at: number;
  ticketId: string;
  confirmedAt?: number;
  asker?: InboundStart['asker'];
}

/** What the in-process store remembers of texts that people are to send. */
export class MemoryInbound {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  start({ uuid, mobile, purpose, code, ttlMs, ticketId, asker }: InboundStart): void {
    // A request that is made after another ended all of its purpose is never taken for one of those, even if the clock steps back.
    const at = Math.max(this.clock(), this.endedAt(mobile, purpose) + 1);
    const record: InboundRecord = { code, purpose, at, ticketId, asker };
    this.entries.set(this.keys.inbound(mobile, uuid), record, ttlMs);
    this.entries.set(this.keys.inboundCode(mobile, code), uuid, ttlMs);
  }

  /** The request that this message confirms, and who asked; what it ends is the caller's to end. */
  confirm({
    mobile,
    purpose,
    code,
    keepMs,
  }: InboundArrival):
    | { status: 'ok'; uuid: string; askedAt: number; asker?: InboundStart['asker'] }
    | { status: 'again'; uuid: string }
    | { status: 'none' } {
    const uuid = this.entries.get<string>(this.keys.inboundCode(mobile, code)) ?? '';
    const key = this.keys.inbound(mobile, uuid);
    const record = this.entries.get<InboundRecord>(key);
    if (!record || record.code !== code || record.purpose !== purpose) return { status: 'none' };
    if (record.confirmedAt !== undefined) return { status: 'again', uuid };
    if (record.at <= this.endedAt(mobile, purpose)) return { status: 'none' };
    this.entries.set(key, { ...record, confirmedAt: this.clock() }, keepMs);
    this.entries.set(this.keys.inboundCode(mobile, code), uuid, keepMs);
    return { status: 'ok', uuid, askedAt: record.at, asker: record.asker };
  }

  status({ uuid, mobile, purpose }: InboundQuestion): InboundStatus {
    const record = this.entries.get<InboundRecord>(this.keys.inbound(mobile, uuid));
    if (!record || record.purpose !== purpose) return { status: 'expired' };
    const { confirmedAt, ticketId, at } = record;
    if (confirmedAt !== undefined) return { status: 'confirmed', at: confirmedAt, ticketId };
    return at <= this.endedAt(mobile, purpose) ? { status: 'expired' } : { status: 'waiting' };
  }

  private endedAt(mobile: string, purpose: string): number {
    return this.entries.get<number>(this.keys.ended(mobile, purpose)) ?? Number.NEGATIVE_INFINITY;
  }
}
