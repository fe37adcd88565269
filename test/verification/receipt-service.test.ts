import { pino } from 'pino';
import type { Receipt, ReceiptParser } from '../../src/sms/receipts';
import type { SmsOutcome } from '../../src/sms/sender';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { type Store, StoreUnavailableError } from '../../src/store/store';
import type { DomainEvent } from '../../src/verification/events';
import { ReceiptService } from '../../src/verification/receipt-service';
import { SmsIds } from '../../src/verification/sms-ids';
import { waitUntil } from '../harness/wait-until';

const HOUR = 3_600_000;
const MOBILE = '13800138000';
const DELIVERED = { outcome: 'delivered', carrierCode: 'DELIVRD' } as const;
const UNKNOWN: SmsOutcome = { class: 'unknown', provider: 'tencent', providerCode: 'timeout' };

describe('What receipts tell', () => {
  let now: number;
  let store: MemoryStore;
  let smsIds: SmsIds;
  let events: DomainEvent[];
  let lines: { level: number; msg: string }[];
  let service: ReceiptService;

  const clock = () => now;

  function open(over: Store = store, sendTimeoutMs = 1): ReceiptService {
    const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const parser: ReceiptParser = {
      parse: ({ body }) => ({
        receipts: JSON.parse(body) as Receipt[],
        answer: { status: 200, contentType: 'text/plain', body: 'ok' },
      }),
    };
    return new ReceiptService({
      store: over,
      smsIds,
      observe: (event) => events.push(event),
      log,
      clock,
      personOf: (mobile) => `person-of-${mobile.length}`,
      parsers: { aliyun: parser, tencent: { ...parser, namesByMessageId: true } },
      sendTimeoutMs,
    });
  }

  beforeEach(() => {
    now = 1_790_000_000_000;
    store = new MemoryStore(clock);
    smsIds = new SmsIds('a secret', clock);
    events = [];
    lines = [];
    service = open();
  });

  afterEach(() => service.close());

  const push = (provider: string, ...receipts: Receipt[]) =>
    service.handlers[provider]?.({
      headers: {},
      target: '/',
      query: new URLSearchParams(),
      body: JSON.stringify(receipts),
    });
  const types = () => events.map((event) => (event.type === 'receipt-ignored' ? event.reason : event.type));

  test('is how long it took: until the time that the provider tells, if it can be', async () => {
    const sentAt = now;
    const told = [undefined, sentAt + 4_000, sentAt + HOUR, sentAt - HOUR];
    const ids = told.map(() => smsIds.next());
    now += 10_000;
    for (const [i, at] of told.entries()) await push('aliyun', { smsId: ids[i], ...DELIVERED, at });
    expect(events.map((event) => 'seconds' in event && event.seconds)).toEqual([10, 4, 10, 0]);
  });

  test('is taken for 24 hours after the request, and forgotten with them', async () => {
    const [early, late] = [smsIds.next(), smsIds.next()];
    now += 23 * HOUR;
    await push('aliyun', { smsId: early, ...DELIVERED });
    now += HOUR - 1;
    await push('aliyun', { smsId: early, ...DELIVERED });
    now += 1;
    await push('aliyun', { smsId: early, ...DELIVERED }, { smsId: late, ...DELIVERED });
    expect(types()).toEqual(['delivery-reported', 'duplicate', 'foreign', 'foreign']);
    expect(await store.readMessage(early)).toBeUndefined();
  });

  test('is kept beside what the send said, without the mobile', async () => {
    const smsId = smsIds.next();
    await service.sent({ id: smsId, mobile: MOBILE }, { ...UNKNOWN, provider: 'aliyun' });
    await push('aliyun', { smsId, ...DELIVERED });
    expect(await store.readMessage(smsId)).toEqual({
      send: { outcome: 'unknown', provider: 'aliyun', code: 'timeout', at: now },
      delivery: { outcome: 'delivered', provider: 'aliyun', code: 'DELIVRD', at: now },
    });
    expect(types()).toEqual(['delivery-reported', 'unconfirmed-resolved']);
  });

  test('resolves an unconfirmed send also where it came first', async () => {
    const smsId = smsIds.next();
    await push('aliyun', { smsId, outcome: 'technical-failure', carrierCode: 'REJECTD' });
    await service.sent({ id: smsId, mobile: MOBILE }, { ...UNKNOWN, provider: 'aliyun' });
    expect(events.at(-1)).toEqual({
      type: 'unconfirmed-resolved',
      smsId,
      provider: 'aliyun',
      outcome: 'technical-failure',
    });
  });

  test('resolves nothing where the send had an answer, whatever it was', async () => {
    const smsId = smsIds.next();
    await service.sent({ id: smsId, mobile: MOBILE }, { ...UNKNOWN, class: 'refused', provider: 'aliyun' });
    await push('aliyun', { smsId, ...DELIVERED });
    expect(types()).toEqual(['delivery-reported']);
  });

  test('waits for an answer with the id of its message for as long as a send may take', async () => {
    jest.useFakeTimers();
    try {
      service = open(store, 5_000);
      const smsId = smsIds.next();
      await push('tencent', { messageId: 'm1', mobile: MOBILE, ...DELIVERED });
      await jest.advanceTimersByTimeAsync(4_900);
      expect(events).toEqual([]);
      const answer = { class: 'accepted', provider: 'tencent', providerCode: 'Ok', messageId: 'm1' } as const;
      await service.sent({ id: smsId, mobile: MOBILE }, answer);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(events).toMatchObject([{ type: 'delivery-reported', smsId }]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('nothing is stored of a message that was accepted, but by a provider that names it by an id of its own', async () => {
    const accepted = { class: 'accepted', providerCode: 'OK', messageId: 'm1' } as const;
    await service.sent({ id: smsIds.next(), mobile: MOBILE }, { ...accepted, provider: 'aliyun' });
    expect(store.size).toBe(0);
    const smsId = smsIds.next();
    await service.sent({ id: smsId, mobile: MOBILE }, { ...accepted, provider: 'tencent' });
    expect(store.size).toBe(1);
    await push('tencent', { messageId: 'm1', mobile: MOBILE, ...DELIVERED });
    expect(events).toMatchObject([{ type: 'delivery-reported', smsId }]);
  });

  test('of a provider that names it by an id which never came: the unconfirmed message to that mobile is meant', async () => {
    const smsId = smsIds.next();
    await service.sent({ id: smsId, mobile: MOBILE }, UNKNOWN);
    await push('tencent', { messageId: 'never-told', mobile: MOBILE, ...DELIVERED });
    await waitUntil('it was looked at for the last time', () => events.length > 0);
    expect(types()).toEqual(['delivery-reported', 'unconfirmed-resolved']);
    expect(events[0]).toMatchObject({ smsId });
  });

  test.each([
    [HOUR - 1, ['delivery-reported', 'unconfirmed-resolved']],
    [HOUR, ['foreign']],
  ])('of such a message, %d ms after it was asked for: %j', async (ms, told) => {
    await service.sent({ id: smsIds.next(), mobile: MOBILE }, UNKNOWN);
    now += ms;
    await push('tencent', { messageId: 'never-told', mobile: MOBILE, ...DELIVERED });
    await waitUntil('it was looked at for the last time', () => events.length > 0);
    expect(types()).toEqual(told);
  });

  test('before the last look an unconfirmed message to that mobile is not meant: the answer of another may come', async () => {
    jest.useFakeTimers();
    try {
      service = open(store, 5_000);
      await service.sent({ id: smsIds.next(), mobile: MOBILE }, UNKNOWN);
      const smsId = smsIds.next();
      await push('tencent', { messageId: 'm1', mobile: MOBILE, ...DELIVERED });
      await jest.advanceTimersByTimeAsync(4_900);
      const answer = { class: 'accepted', provider: 'tencent', providerCode: 'Ok', messageId: 'm1' } as const;
      await service.sent({ id: smsId, mobile: MOBILE }, answer);
      await jest.advanceTimersByTimeAsync(2_000);
      expect(events).toMatchObject([{ type: 'delivery-reported', smsId }]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('of ids that nobody knows so many wait as were allowed, and then nothing is kept', async () => {
    const strangers = Array.from({ length: 5_000 }, (_, i) => ({ messageId: `x${i}`, mobile: MOBILE, ...DELIVERED }));
    await push('tencent', ...strangers);
    expect(types()).toEqual(Array(4_000).fill('foreign'));
    await waitUntil('those that waited are over', () => events.length === 5_000);
    expect(store.size).toBe(0);
    await push('tencent', { messageId: 'x'.repeat(200), ...DELIVERED });
    service.close();
  });

  test('of ids that nobody knew, once they are over, others may wait in their places', async () => {
    const strangers = Array.from({ length: 1_000 }, (_, i) => ({ messageId: `x${i}`, mobile: MOBILE, ...DELIVERED }));
    await push('tencent', ...strangers);
    await waitUntil('those that waited are over', () => events.length === 1_000);
    await push('tencent', { messageId: 'm1', mobile: MOBILE, ...DELIVERED });
    const answer = { class: 'accepted', provider: 'tencent', providerCode: 'Ok', messageId: 'm1' } as const;
    await service.sent({ id: smsIds.next(), mobile: MOBILE }, answer);
    await waitUntil('it was looked at', () => events.length > 1_000);
    expect(events.at(-1)?.type).toBe('delivery-reported');
  });

  test.each([
    ['the store fails', new StoreUnavailableError('gone'), { level: 40, error: 'gone' }],
    ['of a fault', new TypeError('a fault of ours'), { level: 50, stack: expect.stringContaining('a fault of ours') }],
  ])('is lost where it waited, and %s then: that is logged', async (_, error, line) => {
    const links = [async () => undefined, () => Promise.reject(error)];
    service = open(Object.assign(Object.create(store), { linkedMessage: () => links.shift()?.() }));
    await push('tencent', { messageId: 'm1', mobile: MOBILE, ...DELIVERED });
    await waitUntil('it was looked at', () => lines.length > 0);
    expect(lines).toMatchObject([{ ...line, msg: expect.stringContaining('A receipt is lost') }]);
    expect(events).toEqual([]);
  });

  test('where the store fails a push is to come again, and a send is what it is', async () => {
    const failing: Store = Object.assign(Object.create(store), {
      noteMessage: async () => {
        throw new StoreUnavailableError('gone');
      },
    });
    service = open(failing);
    const smsId = smsIds.next();
    await expect(push('aliyun', { smsId, ...DELIVERED })).rejects.toThrow(StoreUnavailableError);
    await service.sent({ id: smsId, mobile: MOBILE }, UNKNOWN);
    expect(lines).toMatchObject([{ level: 40, smsId, error: 'gone' }]);
    expect(events).toEqual([]);
  });
});
