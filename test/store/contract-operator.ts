import type { LimitRule } from '../../src/limits/sliding-window-limit';
import type { MobileEvent, OperatorStore } from '../../src/store/operator-store';
import type { SendReservation } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  ALL_LIMITS,
  budget,
  codeCheck,
  cooldown,
  DAY,
  daily,
  expectWait,
  HOUR,
  hourly,
  LOCKOUT,
  MINUTE,
  MOBILE,
  OTHER_MOBILE,
  perClient,
  perNetwork,
  reserveSolved,
  WRONG,
  waitOf,
} from './requests';

/** What an operator decides for a number holds in the same step as the limits. */
export function describeOperator(subject: () => StoreSubject): void {
  describe('the lists of an operator', () => {
    let sent = 0;
    const operator = (): OperatorStore => subject().store.operator;
    const reserve = (changes: Partial<SendReservation> = {}) =>
      reserveSolved(subject().store, `uuid-${sent++}`, changes);
    const status = async (changes: Partial<SendReservation> = {}) => (await reserve(changes)).status;

    test('given a blocked mobile, when a message is asked for, then it is blocked for what is left, and nothing is counted', async () => {
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR);
      const blocked = await reserve({ limits: ALL_LIMITS });
      expect(blocked.status).toBe('blocked');
      expectWait(waitOf(blocked), HOUR);
      expect(await status({ mobile: OTHER_MOBILE, limits: [budget(1)] })).toBe('ok');
      await subject().advance(30 * MINUTE);
      expectWait(waitOf(await reserve()), 30 * MINUTE);
      await subject().advance(30 * MINUTE);
      expect(await status({ limits: [cooldown(), hourly(1), daily(1), perClient(1)] })).toBe('ok');
    });

    test('given a blocked mobile, when the captcha was wrong, then nobody learns of the block', async () => {
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR);
      expect(await status({ captcha: { uuid: 'none', answer: 'ABCDE' } })).toBe('captcha-expired');
    });

    test('given a mobile that is blocked and locked, when a message is asked for, then it is told as blocked', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 1 };
      await reserveSolved(subject().store, 'before');
      await subject().store.checkCode(codeCheck({ uuid: 'before', code: WRONG, lockout }));
      expect(await status({ lockout })).toBe('locked');
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR / 2);
      expect(await status({ lockout })).toBe('blocked');
    });

    test('given a message under way, when its mobile is blocked, then its code stays good', async () => {
      await reserveSolved(subject().store, 'before');
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR);
      expect((await subject().store.checkCode(codeCheck({ uuid: 'before' }))).status).toBe('ok');
    });

    test('given a list, when the mobile is taken off it, then that list is told, and nothing of it is left', async () => {
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR);
      expect(await operator().unlist(MOBILE)).toBe('blocked');
      expect(await status()).toBe('ok');
      expect(await operator().unlist(MOBILE)).toBeUndefined();
    });

    test('given a blocked mobile, when it is allowed, then it is blocked no more', async () => {
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR);
      await operator().list(MOBILE, 'allowed', 'asked us to go on', HOUR);
      expect(await status()).toBe('ok');
      expect(await operator().unlist(MOBILE)).toBe('allowed');
    });

    test('given an allowed mobile, when its own caps are full, then they refuse nothing, count on, and refuse again afterwards', async () => {
      const limits = [hourly(2), daily(2)];
      await operator().list(MOBILE, 'allowed', 'our own test phone', HOUR / 2);
      for (let i = 1; i <= 4; i++) expect(await reserve({ limits })).toMatchObject({ status: 'ok', counts: [i, i] });
      expect(await status({ mobile: OTHER_MOBILE, limits: [hourly(1, OTHER_MOBILE)] })).toBe('ok');
      await subject().advance(HOUR / 2);
      const refused = await reserve({ limits });
      expect(refused).toMatchObject({ status: 'refused', limit: 1 });
      expectWait(waitOf(refused), DAY - HOUR / 2);
    });

    test.each([
      ['cooldown', cooldown(), MINUTE],
      ['client-hour', perClient(1), HOUR],
      ['network-hour', perNetwork(1), HOUR],
      ['budget', budget(1), DAY],
    ] as const)('given an allowed mobile, when %s is full, then that holds', async (rule, limit, length) => {
      await operator().list(MOBILE, 'allowed', 'our own test phone', HOUR);
      const limits = [hourly(1), limit, daily(1)];
      expect(await status({ limits })).toBe('ok');
      const refused = await reserve({ limits });
      expect(refused.status === 'refused' && (limits[refused.limit]?.rule satisfies LimitRule | undefined)).toBe(rule);
      expectWait(waitOf(refused), length);
    });

    test('given an allowed mobile, when it is locked for wrong codes, then that holds', async () => {
      const lockout = { maxAttempts: 0, maxFailures: 1, lockoutMs: HOUR, failureWindowMs: DAY };
      await reserveSolved(subject().store, 'tried');
      await subject().store.checkCode(codeCheck({ uuid: 'tried', code: '000000', lockout }));
      await operator().list(MOBILE, 'allowed', 'our own test phone', HOUR);
      expect(await status({ lockout })).toBe('locked');
    });

    test('given 12 sends at once to an allowed mobile, when the budget is 3, then exactly 3 go through', async () => {
      await operator().list(MOBILE, 'allowed', 'our own test phone', HOUR);
      const limits = [hourly(1), budget(3)];
      const all = await Promise.all(Array.from({ length: 12 }, () => status({ limits })));
      expect(all.filter((one) => one === 'ok')).toHaveLength(3);
    });
  });

  describe('what an operator sees and changes', () => {
    const operator = (): OperatorStore => subject().store.operator;
    const note = (event: MobileEvent) => operator().noteAll([{ mobile: MOBILE, event }]);
    const reserve = (uuid: string, changes: Partial<SendReservation> = {}) =>
      reserveSolved(subject().store, uuid, changes);
    const limits = [cooldown(), hourly(5), daily(10)];

    test('given nothing, when a mobile is looked up, then nothing is there', async () => {
      const standing = await operator().lookUp(MOBILE);
      expect(standing).toMatchObject({ failures: 0, failuresLeftMs: 0, requests: [], events: [] });
      expect(standing.listing).toBeUndefined();
      expect(await operator().uses(limits)).toEqual(limits.map(() => ({ used: 0, waitMs: 0, nextFreeMs: 0 })));
    });

    test('given messages, when limits are looked at, then each tells its use and when it frees, and nothing is counted', async () => {
      await reserve('a', { limits });
      await subject().advance(MINUTE);
      await reserve('b', { limits });
      for (let i = 0; i < 2; i++) {
        const [paused, hour, day] = await operator().uses(limits);
        expect([paused?.used, hour?.used, day?.used]).toEqual([1, 2, 2]);
        expectWait(paused?.waitMs, MINUTE);
        expect([hour?.waitMs, day?.waitMs]).toEqual([0, 0]);
        expectWait(hour?.nextFreeMs, HOUR - MINUTE);
      }
    });

    test('given requests, wrong codes and a list, when the mobile is looked up, then all of it is told, and no code', async () => {
      await note({
        at: (await operator().lookUp(MOBILE)).now,
        event: 'send',
        uuid: 'a',
        smsId: 's1',
      });
      await reserve('a', { code: '918273', smsId: 's1' });
      await reserve('b', { code: '645342', smsId: 's2', purpose: 'LOGIN' });
      await subject().store.checkCode(codeCheck({ uuid: 'a', code: '000000' }));
      await operator().list(MOBILE, 'blocked', 'asked us to stop', HOUR);
      const standing = await operator().lookUp(MOBILE);
      expect(standing).toMatchObject({
        failures: 1,
        listing: { list: 'blocked', reason: 'asked us to stop' },
        requests: [
          { purpose: 'REGISTER', smsId: 's1', wrong: 1, isVoid: false },
          { purpose: 'LOGIN', smsId: 's2', wrong: 0, isVoid: false },
        ],
        events: [{ event: 'send', smsId: 's1' }],
      });
      expectWait(standing.listing?.leftMs, HOUR);
      expectWait(standing.failuresLeftMs, DAY);
      expectWait(standing.requests[0]?.leftMs, 5 * MINUTE);
      expect(Math.abs((standing.requests[0]?.at ?? 0) - standing.now)).toBeLessThan(MINUTE);
      expect(JSON.stringify(standing)).not.toMatch(/918273|645342/);
    });

    test('given a right code, when the mobile is looked up, then requests that it ended are not live', async () => {
      await reserve('a');
      await note({ at: (await operator().lookUp(MOBILE)).now, event: 'send', uuid: 'a' });
      await reserve('b');
      await subject().store.checkCode(codeCheck({ uuid: 'b' }));
      expect((await operator().lookUp(MOBILE)).requests).toEqual([]);
    });

    test('given full caps, when they are reset, then the next message goes out, and a lockout stays unless it is named', async () => {
      const lockout = { maxAttempts: 0, maxFailures: 1, lockoutMs: HOUR, failureWindowMs: DAY };
      const full = [cooldown(), hourly(1)];
      await reserve('a', { limits: full });
      expect((await reserve('b', { limits: full })).status).toBe('refused');
      expect(await operator().reset(MOBILE, full, false)).toBe(2);
      expect(await operator().reset(MOBILE, full, false)).toBe(0);
      expect((await reserve('c', { limits: full })).status).toBe('ok');
      await subject().store.checkCode(codeCheck({ uuid: 'c', code: '000000', lockout }));
      await operator().reset(MOBILE, full, false);
      expect((await reserve('d', { limits: full, lockout })).status).toBe('locked');
      expect(await operator().reset(MOBILE, full, true)).toBe(1);
      expect((await reserve('e', { limits: full, lockout })).status).toBe('ok');
    });

    test('given more than twenty events, when the mobile is looked up, then the last twenty of a day are told, in order', async () => {
      const { now } = await operator().lookUp(MOBILE);
      for (let i = 0; i < 22; i++) await note({ at: now + i, event: 'send', smsId: `s${i}` });
      const { events } = await operator().lookUp(MOBILE);
      expect(events.map(({ smsId }) => smsId)).toEqual(Array.from({ length: 20 }, (_, i) => `s${i + 2}`));
      expect((await operator().lookUp(OTHER_MOBILE)).events).toEqual([]);
      await subject().advance(DAY + MINUTE);
      expect((await operator().lookUp(MOBILE)).events).toEqual([]);
    });

    test('given events of yesterday and of today, when the mobile is looked up, then those of the last day alone are told', async () => {
      const { now } = await operator().lookUp(MOBILE);
      const at = (hoursAgo: number): MobileEvent => ({ at: now - hoursAgo * HOUR, event: 'code-right' });
      await note(at(25));
      await note(at(23));
      expect((await operator().lookUp(MOBILE)).events).toEqual([at(23)]);
    });

    test('given events of more mobiles than one script takes, when they are noted at once, then each has its own, in order', async () => {
      const { now } = await operator().lookUp(MOBILE);
      const mobiles = Array.from({ length: 150 }, (_, i) => `1390000${String(i).padStart(4, '0')}`);
      const notes = mobiles.map((mobile, i) => ({
        mobile,
        event: { at: now, event: 'send' as const, smsId: `s${i}` },
      }));
      const again = { mobile: mobiles[0] ?? '', event: { at: now + 1, event: 'code-right' as const } };
      await operator().noteAll([...notes, again]);
      const seen = await Promise.all(mobiles.map(async (mobile) => (await operator().lookUp(mobile)).events));
      expect(seen[0]).toEqual([
        expect.objectContaining({ smsId: 's0' }),
        expect.objectContaining({ event: 'code-right' }),
      ]);
      expect(seen.slice(1).map((events) => events.map(({ smsId }) => smsId))).toEqual(
        notes.slice(1).map(({ event }) => [event.smsId]),
      );
      await operator().noteAll([again]);
      expect((await operator().lookUp(again.mobile)).events).toHaveLength(3);
    });

    test('given counts of several servers, when they are summed, then an hour and a day are told to within five minutes', async () => {
      const at = Date.UTC(2026, 0, 2);
      await Promise.all(
        Array.from({ length: 3 }, () => operator().tally({ 'sent:accepted': 2, 'refused:budget': 1 }, at)),
      );
      await operator().tally({ 'sent:accepted': 5 }, at - 2 * HOUR);
      await operator().tally({ 'sent:accepted': 7 }, at - 25 * HOUR);
      expect(await operator().totals(HOUR, at)).toEqual({ 'sent:accepted': 6, 'refused:budget': 3 });
      expect(await operator().totals(DAY, at)).toEqual({ 'sent:accepted': 11, 'refused:budget': 3 });
    });

    test('given counts of yesterday, when most of a day went by, then they are summed still', async () => {
      const at = Date.UTC(2026, 0, 2);
      await operator().tally({ 'sent:accepted': 5 }, at);
      await subject().advance(DAY - MINUTE);
      expect(await operator().totals(DAY, at + DAY - MINUTE)).toEqual({ 'sent:accepted': 5 });
    });

    test('given a line for the log, when no server runs for days, then it is there for a week, and no longer', async () => {
      for (const [line, days, taken] of [
        ['one', 6, ['one']],
        ['two', 8, []],
      ] as const) {
        await operator().leaveAudit(line);
        await subject().advance(days * DAY);
        expect(await operator().takeAudit()).toEqual(taken);
      }
    });

    test('given lines for the log, when several servers take them, then one gets each', async () => {
      for (const line of ['one', 'two']) await operator().leaveAudit(line);
      const taken = await Promise.all(Array.from({ length: 4 }, () => operator().takeAudit()));
      expect(taken.flat()).toEqual(['one', 'two']);
      expect(await operator().takeAudit()).toEqual([]);
    });
  });
}
