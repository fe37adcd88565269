import type { MessageNote } from '../../src/store/message-record';
import type { StoreSubject } from './contract';
import { DAY, HOUR } from './requests';

const UNKNOWN: MessageNote = { outcome: 'unknown', provider: 'aliyun', code: 'timeout', at: 1_700_000_000_000 };
const DELIVERED: MessageNote = { outcome: 'delivered', provider: 'aliyun', code: 'DELIVRD', at: 1_700_000_005_000 };
const FAILED: MessageNote = { outcome: 'technical-failure', provider: 'aliyun', code: 'other', at: 1_700_000_009_000 };

/** What a store promises of messages: the first word on each step stays, whoever is faster, and all of it ends. */
export function describeMessages(subject: () => StoreSubject): void {
  describe('what became of a message', () => {
    test('is not known of a message of which nothing was said', async () => {
      expect(await subject().store.readMessage('a')).toBeUndefined();
    });

    test('is what was noted, step by step in any order', async () => {
      const { store } = subject();
      expect(await store.noteMessage('a', 'send', UNKNOWN, DAY)).toEqual({ isNew: true, record: { send: UNKNOWN } });
      const both = { send: UNKNOWN, delivery: DELIVERED };
      expect(await store.noteMessage('a', 'delivery', DELIVERED, DAY)).toEqual({ isNew: true, record: both });
      expect(await store.readMessage('a')).toEqual(both);
      await store.noteMessage('early', 'delivery', DELIVERED, DAY);
      expect(await store.noteMessage('early', 'send', UNKNOWN, DAY)).toEqual({ isNew: true, record: both });
    });

    test('stays what was said first, of that message alone', async () => {
      const { store } = subject();
      await store.noteMessage('a', 'delivery', DELIVERED, DAY);
      const record = { delivery: DELIVERED };
      for (const note of [DELIVERED, FAILED]) {
        expect(await store.noteMessage('a', 'delivery', note, DAY)).toEqual({ isNew: false, record });
      }
      expect(await store.noteMessage('b', 'delivery', FAILED, DAY)).toMatchObject({ isNew: true });
      expect(await store.readMessage('a')).toEqual(record);
    });

    test('is new to exactly one of many who say it at once', async () => {
      const { store } = subject();
      const told = await Promise.all(
        Array.from({ length: 20 }, () => store.noteMessage('a', 'delivery', DELIVERED, DAY)),
      );
      expect(told.filter(({ isNew }) => isNew)).toHaveLength(1);
    });

    test('is forgotten when the time of the first word is over, whatever was said later', async () => {
      const { store, advance } = subject();
      await store.noteMessage('a', 'send', UNKNOWN, DAY);
      await advance(DAY - HOUR);
      await store.noteMessage('a', 'delivery', DELIVERED, DAY);
      await store.noteMessage('a', 'delivery', DELIVERED, DAY);
      expect(await store.readMessage('a')).toEqual({ send: UNKNOWN, delivery: DELIVERED });
      await advance(HOUR + 1);
      expect(await store.readMessage('a')).toBeUndefined();
    });
  });

  describe('the message that a provider means', () => {
    test('is the one that was linked, for as long as was said', async () => {
      const { store, advance } = subject();
      expect(await store.linkedMessage('tencent:1')).toBeUndefined();
      await store.linkMessage('tencent:1', 'a', HOUR);
      await store.linkMessage('tencent:2', 'b', DAY);
      expect(await store.linkedMessage('tencent:1')).toBe('a');
      await advance(HOUR + 1);
      expect(await store.linkedMessage('tencent:1')).toBeUndefined();
      expect(await store.linkedMessage('tencent:2')).toBe('b');
    });
  });
}
