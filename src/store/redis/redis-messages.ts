import type { StoreKeys } from '../keys';
import { type MessageNote, type MessageRecord, type MessageStep, noteText, parseRecord } from '../message-record';
import type { RedisCommands } from './redis-commands';

/** What is kept of messages: a key each, so that one Redis and a cluster do the same. */
export class RedisMessages {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {}

  async note(
    smsId: string,
    step: MessageStep,
    note: MessageNote,
    ttlMs: number,
  ): Promise<{ isNew: boolean; record: MessageRecord }> {
    const args = [step, noteText(note), ttlMs];
    const [, , isNew, record] = await this.commands.run('note_message', [this.keys.message(smsId)], args);
    return { isNew: isNew === 1, record: parseRecord(String(record)) };
  }

  async read(smsId: string): Promise<MessageRecord | undefined> {
    const record = await this.commands.get(this.keys.message(smsId));
    return record === null ? undefined : parseRecord(record);
  }

  async link(reference: string, smsId: string, ttlMs: number): Promise<void> {
    await this.commands.set(this.keys.reference(reference), smsId, ttlMs);
  }

  async linked(reference: string): Promise<string | undefined> {
    return (await this.commands.get(this.keys.reference(reference))) ?? undefined;
  }
}
