import type { LockoutPolicy } from '../../src/limits/rules';
import type { CodeCheck } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  budget,
  codeCheck,
  DAY,
  expectWait,
  guesses,
  HOUR,
  LOCKOUT,
  MINUTE,
  OTHER_MOBILE,
  RIGHT,
  reserveSolved,
  SECOND,
  tries,
  WRONG,
  waitOf,
} from './requests';

export function describeChecks(subject: () => StoreSubject): void {
  describe('checks of codes', () => {
    const send = (uuid = 'a', code = RIGHT, mobile?: string) =>
      reserveSolved(subject().store, uuid, { code, ...(mobile && { mobile }) });
    const check = (code: string, lockout: LockoutPolicy = LOCKOUT, uuid = 'a', changes: Partial<CodeCheck> = {}) =>
      subject().store.checkCode(codeCheck({ code, lockout, uuid, ...changes }));
    const mismatch = (attemptsLeft: number | undefined) => ({ status: 'mismatch', attemptsLeft, smsId: 'sms-1' });
    const locked = (waitMs?: number) => ({ status: 'locked', waitMs, smsId: 'sms-1' });
    const OK = { status: 'ok', smsId: 'sms-1' };

    test('given no request, when a code is checked, then it has expired, and that is no failure', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 2 };
      for (let i = 0; i < 5; i++) expect(await check(WRONG, lockout)).toEqual({ status: 'expired' });
      await send();
      expect(await check(WRONG, lockout)).toEqual(mismatch(1));
    });

    test.each(['135790', '000000', '000042', '999999'])(
      'given %s, when it is checked, then it is right once',
      async (code) => {
        await send('a', code);
        expect(await check(code)).toEqual(OK);
        expect(await check(code)).toEqual({ status: 'expired' });
      },
    );

    test('given 50 callers at once, when they have the right code, then it works for one of them', async () => {
      await send();
      const answers = await Promise.all(Array.from({ length: 50 }, () => check(RIGHT)));
      expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 'expired')).toHaveLength(49);
    });

    test.each(['', '1', '13579', '1357900', '135791', '035790', '１３５７９０', '135790\u0000'])(
      'given 135790, when %j is checked, then it is wrong and counted',
      async (guess) => {
        await send();
        expect(await check(guess)).toEqual(mismatch(4));
      },
    );

    test('given 5 tries, when they are used up, then the code is void until its life ends, right or wrong, and no longer read by others', async () => {
      await send();
      await subject().advance(100 * SECOND);
      for (const attemptsLeft of [4, 3, 2, 1]) expect(await check(WRONG)).toEqual(mismatch(attemptsLeft));
      for (const guess of [WRONG, RIGHT, WRONG]) expect(await check(guess)).toEqual(locked());
      expect(await subject().readCode?.('13800138000')).toEqual(subject().readCode ? null : undefined);
      await subject().advance(199 * SECOND);
      expect(await check(RIGHT)).toEqual(locked());
      await subject().advance(SECOND);
      expect(await check(RIGHT)).toEqual({ status: 'expired' });
    });

    test('given one request whose tries are used up, when another of that mobile is checked, then it has all of its own', async () => {
      await send('a');
      await send('b', '246801');
      for (let i = 0; i < 5; i++) await check(WRONG);
      expect((await check(RIGHT)).status).toBe('locked');
      expect(await check(WRONG, LOCKOUT, 'b')).toEqual(mismatch(4));
      expect(await subject().readCode?.('13800138000')).toEqual(subject().readCode ? '246801' : undefined);
      expect(await check('246801', LOCKOUT, 'b')).toEqual(OK);
    });

    test('given 60 guesses at once, when 5 tries are allowed, then 5 are tried and the right one is void', async () => {
      await send();
      const codes = Array.from({ length: 60 }, (_, i) => String(i).padStart(6, '0'));
      const answers = await Promise.all(codes.map((code) => check(code)));
      expect(answers.filter(({ status }) => status === 'mismatch')).toHaveLength(4);
      expect(answers.filter(({ status }) => status === 'locked')).toHaveLength(56);
      expect(await check(RIGHT)).toEqual(locked());
    });

    test('given failures, when a right code follows, then the row starts afresh', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 6 };
      await send('a');
      for (let i = 0; i < 4; i++) await check(WRONG, lockout);
      expect(await check(RIGHT, lockout)).toEqual(OK);
      await send('b');
      expect(await check(WRONG, lockout, 'b')).toEqual(mismatch(4));
    });

    test('given failures over several requests, when they reach their limit, then the mobile is locked for an hour', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 12 };
      const left: unknown[] = [];
      for (let i = 0; i < 12; i++) {
        const uuid = `u${Math.floor(i / 4)}`;
        if (i % 4 === 0) await send(uuid);
        const answer = await check(WRONG, lockout, uuid);
        left.push(answer.status === 'mismatch' ? answer.attemptsLeft : answer.status);
      }
      expect(left).toEqual([4, 3, 2, 1, 4, 3, 2, 1, 3, 2, 1, 'locked']);
      expect(await subject().readCode?.('13800138000')).toEqual(subject().readCode ? null : undefined);

      await send('later');
      const refused = await check(RIGHT, lockout, 'u2');
      expect(refused.status).toBe('locked');
      expectWait((refused as { waitMs?: number }).waitMs, HOUR);
    });

    test('given a locked mobile, when its hour is over, then a new request has all its tries, and no second earlier', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 1 };
      await send();
      expect(await check(WRONG, lockout)).toEqual(locked(HOUR));
      await subject().advance(HOUR - SECOND);
      expect((await reserveSolved(subject().store, 'b', { lockout })).status).toBe('locked');
      await subject().advance(SECOND);
      await reserveSolved(subject().store, 'b', { lockout });
      expect(await check(RIGHT, lockout, 'b')).toEqual(OK);
    });

    test('given a locked mobile, when the budget is used up for longer, then the lockout is what is told', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 1 };
      await reserveSolved(subject().store, 'a', { lockout, limits: [budget(1)] });
      await check(WRONG, lockout);
      const other = await reserveSolved(subject().store, 'b', { mobile: OTHER_MOBILE, limits: [budget(1)] });
      expect(other.status).toBe('refused');
      const refused = await reserveSolved(subject().store, 'c', { lockout, limits: [budget(1)] });
      expect(refused.status).toBe('locked');
    });

    test('given a locked mobile, when guesses go on, then its time gets no longer', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 1 };
      await send();
      await check(WRONG, lockout);
      await subject().advance(4 * MINUTE);
      for (let i = 0; i < 5; i++)
        expectWait(waitOf((await check(WRONG, lockout)) as { status: string; waitMs?: number }), HOUR - 4 * MINUTE);
    });

    describe('given failures that a higher limit counted, for a day', () => {
      const lockout = { ...LOCKOUT, maxFailures: 10 };
      const sendNow = () => reserveSolved(subject().store, 'b', { lockout });
      beforeEach(async () => {
        for (const uuid of ['u0', 'u1', 'a']) {
          await send(uuid);
          for (let i = 0; i < 4; i++) await check(WRONG, LOCKOUT, uuid);
        }
      });

      test.each([
        ['checked', () => check(RIGHT, lockout)],
        ['asked for', sendNow],
      ])(
        'when a code is %s under a lower one, then the mobile is locked for an hour, and no longer',
        async (_, ask) => {
          const answer = await ask();
          expect(answer.status).toBe('locked');
          expectWait((answer as { waitMs?: number }).waitMs, HOUR);
          await subject().advance(4 * MINUTE);
          expectWait(waitOf((await check(RIGHT, lockout)) as { status: string; waitMs?: number }), HOUR - 4 * MINUTE);
          await subject().advance(HOUR - 5 * MINUTE);
          expectWait(waitOf(await sendNow()), MINUTE);
          await subject().advance(MINUTE);
          expect((await sendNow()).status).toBe('ok');
          expect(await check(WRONG, lockout, 'b')).toEqual(mismatch(4));
        },
      );

      test('when nobody asks under a lower one, then they count for their day', async () => {
        await subject().advance(DAY - MINUTE);
        const answer = await sendNow();
        expect(answer.status).toBe('locked');
        expectWait(waitOf(answer), MINUTE);
      });
    });

    test('given one locked mobile, when another is checked, then it is free', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 1 };
      await send('a');
      await send('b', RIGHT, OTHER_MOBILE);
      await check(WRONG, lockout);
      expect(await check(RIGHT, lockout, 'b', { mobile: OTHER_MOBILE })).toEqual(OK);
    });

    test('given a locked mobile, when a stranger guesses without a request, then nothing tells of the lock', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 1 };
      await send();
      await check(WRONG, lockout);
      expect(await check(WRONG, lockout, 'unknown')).toEqual({ status: 'expired' });
    });

    test('given failures, when a day passes after the last one, then they are forgotten, and no second earlier', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 3 };
      await send('a');
      await check(WRONG, lockout);
      await subject().advance(DAY - SECOND);
      await send('b');
      expect(await check(WRONG, lockout, 'b')).toEqual(mismatch(1));
      await subject().advance(DAY);
      await send('c');
      expect(await check(WRONG, lockout, 'c')).toEqual(mismatch(2));
    });

    test('given both limits off, when wrong codes come, then none is told how many are left and the right one works', async () => {
      const lockout = { ...LOCKOUT, maxAttempts: 0, maxFailures: 0 };
      await send();
      for (let i = 0; i < 30; i++) expect(await check(WRONG, lockout)).toEqual(mismatch(undefined));
      expect(await check(RIGHT, lockout)).toEqual(OK);
    });

    test('given tries without a limit, when failures are limited, then these count', async () => {
      const lockout = { ...LOCKOUT, maxAttempts: 0, maxFailures: 2 };
      await send();
      expect(await check(WRONG, lockout)).toEqual(mismatch(1));
      expect(await check(WRONG, lockout)).toEqual(locked(HOUR));
    });

    test('given failures without a limit, when tries have one, then these are told', async () => {
      await send();
      expect(await check(WRONG, { ...LOCKOUT, maxFailures: 0 })).toEqual(mismatch(4));
    });

    test('given failures that nobody counted, when they are limited from now on, then they do not count', async () => {
      await send();
      for (let i = 0; i < 3; i++) await check(WRONG, { ...LOCKOUT, maxFailures: 0 });
      expect(await check(WRONG, { ...LOCKOUT, maxFailures: 2 })).toEqual(mismatch(1));
    });

    describe('counted for the client', () => {
      test('given guesses without a request, when they reach their limit, then they wait an hour, and those with one do not', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        await send();
        for (let i = 0; i < 3; i++) expect((await check(WRONG, LOCKOUT, 'none', counted)).status).toBe('expired');
        const refused = await check(WRONG, LOCKOUT, 'none', counted);
        expect(refused.status).toBe('refused');
        expectWait((refused as { waitMs?: number }).waitMs, HOUR);
        expect(await check(WRONG, LOCKOUT, 'a', counted)).toEqual(mismatch(4));
        expect(await check(RIGHT, LOCKOUT, 'a', counted)).toEqual(OK);
        await subject().advance(HOUR);
        expect((await check(WRONG, LOCKOUT, 'none', counted)).status).toBe('expired');
      });

      test('given tries at requests, when they reach their limit, then none is compared until an hour is over', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        const lockout = { ...LOCKOUT, maxAttempts: 0 };
        await send();
        for (let i = 0; i < 3; i++) expect((await check(WRONG, lockout, 'a', counted)).status).toBe('mismatch');
        for (let i = 0; i < 4; i++) expect((await check(RIGHT, lockout, 'a', counted)).status).toBe('refused');
        // These are no guesses either.
        expect((await check(WRONG, lockout, 'none', counted)).status).toBe('expired');
        await subject().advance(HOUR);
        await send('b');
        expect((await check(RIGHT, lockout, 'b', counted)).status).toBe('ok');
      });

      test('given tries of others that reached the limit, when a request has its first one, then a right code is right', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        await send('others');
        for (let i = 0; i < 3; i++) expect((await check(WRONG, LOCKOUT, 'others', counted)).status).toBe('mismatch');
        await send('mine', RIGHT, OTHER_MOBILE);
        expect(await check(RIGHT, LOCKOUT, 'mine', { ...counted, mobile: OTHER_MOBILE })).toEqual(OK);
      });

      test('given the limit, when the first try at a request is wrong, then it is refused as well and used up, and the right code waits', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        await send('others');
        for (let i = 0; i < 3; i++) await check(WRONG, LOCKOUT, 'others', counted);
        await send('mine', RIGHT, OTHER_MOBILE);
        const mine = (code: string, limits = counted) =>
          check(code, LOCKOUT, 'mine', { ...limits, mobile: OTHER_MOBILE });
        const first = await mine(WRONG);
        expect(first.status).toBe('refused');
        expectWait((first as { waitMs?: number }).waitMs, HOUR);
        expect((await mine(RIGHT)).status).toBe('refused');
        expect(await mine(WRONG, { guesses: guesses(9), verifications: tries(9) })).toEqual(mismatch(3));
      });

      test('given the limit, when twenty first tries at a request come at once, then one of them is compared', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        await send('others');
        for (let i = 0; i < 3; i++) await check(WRONG, LOCKOUT, 'others', counted);
        await send('mine', RIGHT, OTHER_MOBILE);
        const ofMine = { ...counted, mobile: OTHER_MOBILE };
        const answers = await Promise.all(Array.from({ length: 20 }, () => check(WRONG, LOCKOUT, 'mine', ofMine)));
        expect(answers.every(({ status }) => status === 'refused')).toBe(true);
        const unbounded = { guesses: guesses(99), verifications: tries(99), mobile: OTHER_MOBILE };
        expect(await check(WRONG, LOCKOUT, 'mine', unbounded)).toEqual(mismatch(3));
      });

      test('given tries at a void request, when there are more than any limit, then they take nothing of what others need', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        const lockout = { ...LOCKOUT, maxAttempts: 1 };
        await send('a');
        expect((await check(WRONG, lockout, 'a', counted)).status).toBe('locked');
        // Nothing is compared any more: as good as guesses without a request.
        for (let i = 0; i < 3; i++) expect((await check(WRONG, lockout, 'a', counted)).status).toBe('locked');
        expect((await check(WRONG, lockout, 'a', counted)).status).toBe('refused');
        await send('b', RIGHT, OTHER_MOBILE);
        const ofOthers = { ...counted, mobile: OTHER_MOBILE };
        expect((await check(WRONG, LOCKOUT, 'b', ofOthers)).status).toBe('mismatch');
        expect((await check(RIGHT, LOCKOUT, 'b', ofOthers)).status).toBe('ok');
      });

      test('given tries at a locked mobile, when there are more than any limit, then they take nothing of what others need', async () => {
        const counted = { guesses: guesses(3), verifications: tries(3) };
        const lockout = { ...LOCKOUT, maxFailures: 1 };
        await send('a');
        for (let i = 0; i < 4; i++) expect((await check(WRONG, lockout, 'a', counted)).status).toBe('locked');
        expect((await check(WRONG, lockout, 'a', counted)).status).toBe('refused');
        await send('b', RIGHT, OTHER_MOBILE);
        expect((await check(RIGHT, lockout, 'b', { ...counted, mobile: OTHER_MOBILE })).status).toBe('ok');
      });

      test('given right codes, when there are more than the limit, then they are not counted', async () => {
        const counted = { guesses: guesses(1), verifications: tries(1) };
        for (const uuid of ['a', 'b', 'c']) {
          await send(uuid);
          expect((await check(RIGHT, LOCKOUT, uuid, counted)).status).toBe('ok');
        }
        // A first try that is right is compared at any limit; one that is wrong shows whether there was room.
        await send('d');
        expect(await check(WRONG, LOCKOUT, 'd', counted)).toEqual(mismatch(4));
      });

      test('given 20 guesses at once, when 5 are allowed, then 5 are answered', async () => {
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => check(WRONG, LOCKOUT, 'none', { guesses: guesses(5) })),
        );
        expect(answers.filter(({ status }) => status === 'expired')).toHaveLength(5);
        expect(answers.filter(({ status }) => status === 'refused')).toHaveLength(15);
      });
    });
  });
}
