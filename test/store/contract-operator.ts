import type { LimitRule } from '../../src/limits/sliding-window-limit';
import type { OperatorStore } from '../../src/store/operator-store';
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
  MINUTE,
  MOBILE,
  OTHER_MOBILE,
  perClient,
  perNetwork,
  reserveSolved,
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
}
