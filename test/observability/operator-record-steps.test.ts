import { createLog } from '../../src/log';
import { OperatorRecord } from '../../src/observability/operator-record';
import type { Counts, MobileNote, OperatorStore } from '../../src/store/operator-store';
import { Reason } from '../../src/verification/reasons';

const request = { mobile: '13800138000', purpose: 'LOGIN', uuid: 'u', smsId: 's' } as const;
const CONFIRMED = { type: 'code-verified', reason: Reason.OK, request, country: 'CN' } as const;

/** A store that keeps what it is given, or fails. */
class RecordingStore {
  fails = false;
  audits = 0;
  readonly tallied: Counts[] = [];
  readonly noted: MobileNote[] = [];

  async tally(counts: Counts): Promise<void> {
    if (this.fails) throw new Error('gone');
    this.tallied.push(counts);
  }
  async noteAll(notes: readonly MobileNote[]): Promise<void> {
    if (this.fails) throw new Error('gone');
    this.noted.push(...notes);
  }
  async takeAudit(): Promise<string[]> {
    this.audits += 1;
    if (this.fails) throw new Error('gone');
    return [];
  }
}

describe('What operators are told, second by second', () => {
  let store: RecordingStore;
  let record: OperatorRecord;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  beforeEach(() => {
    jest.useFakeTimers();
    store = new RecordingStore();
    record = new OperatorRecord(store as unknown as OperatorStore, createLog('silent'), () => 7);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('given events in one second and in another, then each second is counted once, and not again at the end', async () => {
    record.observe(CONFIRMED);
    record.observe(CONFIRMED);
    await pass(1_000);
    record.observe(CONFIRMED);
    await pass(1_000);
    await record.close();
    expect(store.tallied).toEqual([{ confirmed: 2 }, { confirmed: 1 }]);
  });

  test('given a message and a refusal, then the history has all that lookup tells of them', async () => {
    const outcome = { class: 'refused', provider: 'ronglian', providerCode: '160042' } as const;
    record.observe({ type: 'message-sent', request, country: 'CN', outcome });
    record.observe({ type: 'limit-hit', request, rule: 'mobile-day', retryAfter: 3_600 });
    await record.close();
    const { mobile, ...rest } = request;
    expect(store.noted).toEqual([
      {
        mobile,
        event: { at: 7, event: 'send', outcome: 'refused', provider: 'ronglian', providerCode: '160042', ...rest },
      },
      { mobile, event: { at: 7, event: 'refused', rule: 'mobile-day', retryAfter: 3_600, ...rest } },
    ]);
  });

  test('given a captcha that is refused, which is no request of a mobile yet, then it is counted all the same', async () => {
    record.observe({ type: 'limit-hit', rule: 'captcha-minute', retryAfter: 9 });
    await record.close();
    expect(store.tallied).toEqual([{ 'refused:captcha-minute': 1 }]);
    expect(store.noted).toEqual([]);
  });

  test('given a store that fails for a while, then nobody hears of it, and what happens afterwards is written', async () => {
    store.fails = true;
    record.observe(CONFIRMED);
    await pass(6_000);
    store.fails = false;
    record.observe(CONFIRMED);
    await pass(6_000);
    expect(store.tallied).toEqual([{ confirmed: 1 }]);
    expect(store.noted).toHaveLength(1);
    expect(store.audits).toBe(2);
    store.fails = true;
    record.observe(CONFIRMED);
    await expect(record.close()).resolves.toBeUndefined();
    // A rejection that nobody took would end a server. Node tells of it once the microtasks are done, and Jest fails this test then.
    jest.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('given a server that has ended, then its store, which is closed, is not asked again', async () => {
    await record.close();
    await pass(60_000);
    expect(store.audits).toBe(0);
  });
});
