import { createLog, type Logger } from '../../src/log';
import { OperatorRecord } from '../../src/observability/operator-record';
import { openStore } from '../../src/store/open-store';
import type { Counts, MobileNote, OperatorStore } from '../../src/store/operator-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { Reason } from '../../src/verification/reasons';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

/** A store that writes when it is told to. */
class SlowStore {
  readonly written: (readonly MobileNote[])[] = [];
  readonly tallied: Counts[] = [];
  private release: () => void = () => undefined;

  async noteAll(notes: readonly MobileNote[]): Promise<void> {
    this.written.push(notes);
    await new Promise<void>((resolve) => {
      this.release = resolve;
    });
  }
  async tally(counts: Counts): Promise<void> {
    this.tallied.push(counts);
  }
  finish(): void {
    this.release();
  }
}

function open() {
  const store = new SlowStore();
  const record = new OperatorRecord(store as unknown as OperatorStore, createLog('silent'), () => 1);
  const confirm = (uuid: string) =>
    record.observe({
      type: 'code-verified',
      reason: Reason.OK,
      request: { mobile: '13800138000', purpose: 'REGISTER', uuid },
      country: 'CN',
    });
  return { store, record, confirm };
}

describe('What operators are told of mobiles', () => {
  test('given several events at once, when they are written, then in one step and in order; those that come meanwhile follow it', async () => {
    const { store, record, confirm } = open();
    confirm('a');
    confirm('b');
    await waitUntil('the first are written', () => store.written.length === 1);
    confirm('c');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(store.written.map((notes) => notes.map(({ event }) => event.uuid))).toEqual([['a', 'b']]);
    store.finish();
    await waitUntil('the others are written', () => store.written.length === 2);
    store.finish();
    expect(store.written[1]?.map(({ event }) => event.uuid)).toEqual(['c']);
    await record.close();
    expect(store.tallied).toEqual([{ confirmed: 3 }]);
  });

  test('given checks of codes that are refused, which need no captcha, then they are counted and push nothing out of a history', async () => {
    const { store, record } = open();
    const request = { mobile: '13800138000', purpose: 'REGISTER', uuid: 'a' } as const;
    for (const rule of ['verify-hour', 'verify-hour', 'cooldown'] as const)
      record.observe({ type: 'limit-hit', rule, request, retryAfter: 9 });
    const closed = record.close();
    store.finish();
    await closed;
    expect(store.written.map((notes) => notes.map(({ event }) => event.rule))).toEqual([['cooldown']]);
    expect(store.tallied).toEqual([{ 'refused:verify-hour': 2, 'refused:cooldown': 1 }]);
  });

  test('given a store that does not come to an end, when thousands of events follow, then some are dropped, and the end of the server writes the rest', async () => {
    const { store, record, confirm } = open();
    for (let i = 0; i < 3_000; i++) confirm(String(i));
    const closed = record.close();
    store.finish();
    await closed;
    expect(store.written.map((notes) => notes.length)).toEqual([2_000]);
    expect(store.written[0]?.at(-1)?.event.uuid).toBe('1999');
  });
});

test('given a text among what operators changed that none of them wrote, then it is told as unreadable, and the server goes on', async () => {
  jest.useFakeTimers();
  const told: object[] = [];
  let left = ['hello', '{"change":"bl', '7', '{"change":"block"}'];
  const store = { takeAudit: async () => left.splice(0) };
  const log = { info: (fields: object) => void told.push(fields) };
  const record = new OperatorRecord(store as unknown as OperatorStore, log as unknown as Logger, () => 1);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(told).toEqual([...Array(3).fill({ change: 'unreadable' }), { change: 'block' }]);
  left = ['{"change":"allow"}'];
  await jest.advanceTimersByTimeAsync(5_000);
  expect(told.at(-1)).toEqual({ change: 'allow' });
  await record.close();
  jest.useRealTimers();
});

describeWithRedis('A server that is stopped', () => {
  test('given a message that has just gone out, then it is in what operators are told', async () => {
    const shop = await Shop.open();
    const mobile = shop.newMobile();
    const captcha = await shop.seededCaptcha();
    const { smsId } = await shop.api().sendSmsCode({ mobile, ...captcha, purpose: 'LOGIN' });
    shop.server.kill('SIGTERM');
    await shop.server.exited;
    const store = await openStore({ kind: 'redis', target: redisTarget(shop.redisServer.url), timeoutMs: 5_000 });
    const [{ events }, counts] = [
      await store.operator.lookUp(mobile),
      await store.operator.totals(3_600_000, Date.now()),
    ];
    await store.close();
    await shop.close();
    expect(events).toMatchObject([{ event: 'send', outcome: 'accepted', purpose: 'LOGIN', smsId }]);
    expect(counts).toMatchObject({ 'sent:accepted': 1 });
  }, 60_000);
});
