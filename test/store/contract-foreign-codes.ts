import type { CodeCheck } from '../../src/store/store';
import type { StoreSubject } from './contract';
import { codeCheck, DAY, granted, HOUR, LOCKOUT, MINUTE, MOBILE, RIGHT, reserveSolved, WRONG } from './requests';

const THEIRS = '246801';

/** Codes that other services of the shop wrote under `sms:{mobile}`; where none can, only that nothing is taken for one. */
export function describeForeignCodes(subject: () => StoreSubject): void {
  describe('codes of other services', () => {
    const check = (code: string, changes: Partial<CodeCheck> = {}) =>
      subject().store.checkCode(codeCheck({ code, uuid: undefined, foreignCodes: true, ...changes }));
    const EXPIRED = { status: 'expired' };
    /** Where another service can write. */
    const write = async (code = THEIRS) => {
      await subject().writeForeignCode?.(MOBILE, code);
      return subject().writeForeignCode !== undefined;
    };

    test('given a code of our own, when it is checked without its uuid, then it has expired, and no try is used', async () => {
      await reserveSolved(subject().store, 'a');
      for (let i = 0; i < 10; i++) expect(await check(RIGHT)).toEqual(EXPIRED);
      expect((await check(RIGHT, { uuid: 'a' })).status).toBe('ok');
    });

    test('given one of theirs, when they are not asked for, or a uuid is named, then it has expired', async () => {
      await write();
      expect(await check(THEIRS, { foreignCodes: false })).toEqual(EXPIRED);
      expect(await check(THEIRS, { uuid: 'a' })).toEqual(EXPIRED);
    });

    test('given one of theirs, when it is checked, then it is right once, and gone', async () => {
      if (!(await write())) return;
      expect(await check(WRONG)).toEqual({ status: 'mismatch', attemptsLeft: 4 });
      expect(await check(THEIRS)).toEqual({ status: 'ok' });
      expect(await subject().readCode?.(MOBILE)).toBeNull();
      expect(await check(THEIRS)).toEqual(EXPIRED);
    });

    test('given what is longer than 64 characters, when it is checked, then it is no code; at 64 it is one', async () => {
      const theirs = '1'.repeat(64);
      if (!(await write(`${theirs}1`))) return;
      expect(await check(`${theirs}1`)).toEqual(EXPIRED);
      await write(theirs);
      expect(await check(theirs)).toEqual({ status: 'ok' });
    });

    test('given one of theirs over one of ours, when both are checked, then each is good', async () => {
      await reserveSolved(subject().store, 'a');
      if (!(await write())) return;
      expect((await check(RIGHT, { uuid: 'a' })).status).toBe('ok');
      expect(await subject().readCode?.(MOBILE)).toBe(THEIRS);
      expect(await check(THEIRS)).toEqual({ status: 'ok' });
    });

    /** A message of ours that was not sent. */
    const refunded = async (uuid = 'a', code = RIGHT) => {
      const { store } = subject();
      const { previous } = granted(await reserveSolved(store, uuid, { code }));
      await store.refundSend({ mobile: MOBILE, uuid, code, limits: [], countedAt: [], previous });
    };

    test('given one of theirs that never expires, when a message of ours was refunded, then theirs stands, for as long as a code', async () => {
      if (!subject().writeForeignCode) return;
      await subject().writeForeignCode?.(MOBILE, THEIRS, false);
      await refunded();
      await subject().advance(4 * MINUTE);
      expect(await check(THEIRS)).toEqual({ status: 'ok' });
    });

    test('given one of theirs, when a message of ours was refunded, then theirs stands, and a code like ours is theirs as well', async () => {
      if (!(await write())) return;
      await refunded();
      expect(await subject().readCode?.(MOBILE)).toBe(THEIRS);
      await write(RIGHT);
      expect(await check(RIGHT)).toEqual({ status: 'ok' });
    });

    test('given one of theirs over one of ours, when a later message of ours was refunded, then theirs stands, and each is good', async () => {
      await reserveSolved(subject().store, 'a');
      if (!(await write())) return;
      await refunded('b', WRONG);
      expect(await subject().readCode?.(MOBILE)).toBe(THEIRS);
      expect(await check(THEIRS)).toEqual({ status: 'ok' });
      expect((await check(RIGHT, { uuid: 'a' })).status).toBe('ok');
    });

    test('given 5 wrong tries, when another code is written, then that one has all of its own', async () => {
      if (!(await write())) return;
      for (let i = 0; i < 4; i++) await check(WRONG);
      expect(await check(WRONG)).toEqual({ status: 'locked', waitMs: undefined });
      expect(await check(THEIRS)).toEqual({ status: 'locked', waitMs: undefined });
      await write('111111');
      expect(await check(WRONG)).toEqual({ status: 'mismatch', attemptsLeft: 4 });
      expect(await check('111111')).toEqual({ status: 'ok' });
    });

    test('given four wrong tries at one of theirs, when the fifth is right, then it is gone, and not void', async () => {
      if (!(await write())) return;
      for (let i = 0; i < 4; i++) await check(WRONG);
      expect(await check(THEIRS)).toEqual({ status: 'ok' });
      expect(await check(THEIRS)).toEqual(EXPIRED);
    });

    test('given one of theirs that never expires, when it is tried a minute apart, then it has five tries, and stays void for a day', async () => {
      if (!subject().writeForeignCode) return;
      await subject().writeForeignCode?.(MOBILE, THEIRS, false);
      for (const attemptsLeft of [4, 3, 2, 1]) {
        expect(await check(WRONG)).toEqual({ status: 'mismatch', attemptsLeft });
        await subject().advance(MINUTE);
      }
      expect(await check(WRONG)).toEqual({ status: 'locked', waitMs: undefined });
      await subject().advance(DAY - MINUTE);
      expect(await check(THEIRS)).toEqual({ status: 'locked', waitMs: undefined });
    });

    test('given 5 wrong tries, when the very same code is written again, then it is void still', async () => {
      if (!(await write())) return;
      for (let i = 0; i < 5; i++) await check(WRONG);
      await write();
      expect(await check(THEIRS)).toEqual({ status: 'locked', waitMs: undefined });
    });

    test.each([5, 0])(
      'given wrong tries at theirs, with %d allowed, when they reach the failures in a row, then the mobile is locked',
      async (maxAttempts) => {
        if (!(await write())) return;
        const lockout = { ...LOCKOUT, maxAttempts, maxFailures: 2 };
        await check(WRONG, { lockout });
        expect(await check(WRONG, { lockout })).toEqual({ status: 'locked', waitMs: HOUR });
        expect(await subject().readCode?.(MOBILE)).toBeNull();
        // There is none any more that could be locked.
        expect(await check(THEIRS, { lockout })).toEqual(EXPIRED);
      },
    );
  });
}
