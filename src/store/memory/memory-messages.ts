import type { StoreKeys } from '../keys';
import type { MessageNote, MessageRecord, MessageStep } from '../message-record';
import type { ExpiringEntries } from './expiring-entries';

/** What is kept of messages, in the memory of this process. */
export class MemoryMessages {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
  ) {}

  note(smsId: string, step: MessageStep, note: MessageNote, ttlMs: number): { isNew: boolean; record: MessageRecord } {
    const { entries } = this;
    const key = this.keys.message(smsId);
    const record = entries.get<MessageRecord>(key);
    if (record?.[step]) return { isNew: false, record };
    entries.makeRoom(1);
    const noted = { ...record, [step]: note };
    entries.set(key, noted, record ? entries.ttlMs(key) : ttlMs);
    return { isNew: true, record: noted };
  }

  read(smsId: string): MessageRecord | undefined {
    return this.entries.get<MessageRecord>(this.keys.message(smsId));
  }

  link(reference: string, smsId: string, ttlMs: number): void {
    this.entries.makeRoom(1);
    this.entries.set(this.keys.reference(reference), smsId, ttlMs);
  }

  linked(reference: string): string | undefined {
    return this.entries.get<string>(this.keys.reference(reference));
  }
}
