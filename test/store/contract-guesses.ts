import type { StoreSubject } from './contract';
import { DAY, expectWait, GUESSES, HOUR, MINUTE, MOBILE, OTHER_MOBILE, reservation, SECOND, waitOf } from './requests';

const RIGHT = '135790';
const WRONG = '000000';

export function describeGuesses(subject: () => StoreSubject): void {
  describe('guesses', () => {
    const send = (code = RIGHT, mobile = MOBILE) => subject().store.reserveSend(reservation({ code, mobile }));
    const verify = (code: string, guesses = GUESSES, mobile = MOBILE) =>
      subject().store.verifyCode(mobile, code, guesses);

    test('given no code, when one is checked, then it is expired, and that is no failure', async () => {
      const guesses = { ...GUESSES, maxFailures: 2 };
      for (let i = 0; i < 5; i++) expect(await verify(WRONG, guesses)).toEqual({ status: 'expired' });
      await send();
      expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 1 });
    });

    test.each(['135790', '000000', '000042', '999999'])(
      'given %s, when it is checked, then it is right once',
      async (code) => {
        await send(code);
        expect(await verify(code)).toEqual({ status: 'ok' });
        expect(await verify(code)).toEqual({ status: 'expired' });
      },
    );

    test('given 50 callers at once, when they have the right code, then it works for one of them', async () => {
      await send();
      const answers = await Promise.all(Array.from({ length: 50 }, () => verify(RIGHT)));
      expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 'expired')).toHaveLength(49);
    });

    test.each(['', '1', '13579', '1357900', '135791', '035790', '１３５７９０', '135790\u0000'])(
      'given 135790, when %j is checked, then it is wrong and counted',
      async (guess) => {
        await send();
        expect(await verify(guess)).toEqual({ status: 'mismatch', attemptsLeft: 4 });
      },
    );

    test('given 5 attempts, when they are used up, then the code is void until its life ends, right or wrong', async () => {
      await send();
      await subject().advance(100 * SECOND);
      for (const attemptsLeft of [4, 3, 2, 1])
        expect(await verify(WRONG)).toEqual({ status: 'mismatch', attemptsLeft });
      for (const guess of [WRONG, RIGHT, WRONG])
        expect(await verify(guess)).toEqual({ status: 'locked', waitMs: undefined });
      await subject().advance(199 * SECOND);
      expect(await verify(RIGHT)).toEqual({ status: 'locked', waitMs: undefined });
      await subject().advance(SECOND);
      expect(await verify(RIGHT)).toEqual({ status: 'expired' });
    });

    test('given 60 guesses at once, when 5 attempts are allowed, then 5 are tried and the right one is void', async () => {
      await send();
      const guesses = Array.from({ length: 60 }, (_, i) => String(i).padStart(6, '0'));
      const answers = await Promise.all(guesses.map((guess) => verify(guess)));
      expect(answers.filter(({ status }) => status === 'mismatch')).toHaveLength(4);
      expect(answers.filter(({ status }) => status === 'locked')).toHaveLength(56);
      expect(await verify(RIGHT)).toEqual({ status: 'locked', waitMs: undefined });
    });

    test('given a right code, when it is checked after wrong ones, then both counts start afresh', async () => {
      const guesses = { ...GUESSES, maxFailures: 6 };
      await send();
      for (let i = 0; i < 4; i++) await verify(WRONG, guesses);
      expect(await verify(RIGHT, guesses)).toEqual({ status: 'ok' });
      await send();
      expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 4 });
    });

    test('given a row of failures over several codes, when it reaches its limit, then the mobile waits an hour', async () => {
      const guesses = { ...GUESSES, maxFailures: 12 };
      const left: unknown[] = [];
      for (let i = 0; i < 12; i++) {
        if (i % 4 === 0) await send();
        const answer = await verify(WRONG, guesses);
        left.push(answer.status === 'mismatch' ? answer.attemptsLeft : answer.status);
      }
      expect(left).toEqual([4, 3, 2, 1, 4, 3, 2, 1, 3, 2, 1, 'locked']);

      const locked = await verify(RIGHT, guesses);
      expect(locked.status).toBe('locked');
      expectWait((locked as { waitMs?: number }).waitMs, HOUR);
      await subject().advance(HOUR - SECOND);
      expect((await verify(RIGHT, guesses)).status).toBe('locked');
      await subject().advance(SECOND);
      expect(await verify(RIGHT, guesses)).toEqual({ status: 'expired' });
      await send();
      expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 4 });
    });

    test('given a mobile that waits, when guesses go on, then its time gets no longer', async () => {
      const guesses = { ...GUESSES, maxFailures: 1 };
      await send();
      const first = await verify(WRONG, guesses);
      expect(first).toEqual({ status: 'locked', waitMs: HOUR });
      await subject().advance(40 * MINUTE);
      for (let i = 0; i < 5; i++)
        expectWait(waitOf((await verify(WRONG, guesses)) as { status: string; waitMs?: number }), 20 * MINUTE);
      await subject().advance(20 * MINUTE);
      expect((await verify(WRONG, guesses)).status).toBe('expired');
    });

    test('given one mobile that waits, when another is checked, then it is free', async () => {
      const guesses = { ...GUESSES, maxFailures: 1 };
      await send();
      await send(RIGHT, OTHER_MOBILE);
      await verify(WRONG, guesses);
      expect(await verify(RIGHT, guesses, OTHER_MOBILE)).toEqual({ status: 'ok' });
    });

    test('given failures, when a day passes after the last one, then the row is forgotten, and no second earlier', async () => {
      const guesses = { ...GUESSES, maxFailures: 3 };
      await send();
      await verify(WRONG, guesses);
      await subject().advance(DAY - SECOND);
      await send();
      expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 1 });
      await subject().advance(DAY);
      await send();
      expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 2 });
    });

    test('given both limits off, when wrong codes come, then none is told how many are left and the right one works', async () => {
      const guesses = { ...GUESSES, maxAttempts: 0, maxFailures: 0 };
      await send();
      for (let i = 0; i < 30; i++)
        expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: undefined });
      expect(await verify(RIGHT, guesses)).toEqual({ status: 'ok' });
    });

    test('given attempts without a limit, when failures are limited, then these count', async () => {
      const guesses = { ...GUESSES, maxAttempts: 0, maxFailures: 2 };
      await send();
      expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 1 });
      expect(await verify(WRONG, guesses)).toEqual({ status: 'locked', waitMs: HOUR });
    });

    test('given failures without a limit, when attempts are limited, then a new code is all that is needed', async () => {
      const guesses = { ...GUESSES, maxAttempts: 2, maxFailures: 0 };
      for (let i = 0; i < 10; i++) {
        await send();
        expect(await verify(WRONG, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 1 });
        expect(await verify(WRONG, guesses)).toEqual({ status: 'locked', waitMs: undefined });
      }
      await send();
      expect(await verify(RIGHT, guesses)).toEqual({ status: 'ok' });
    });
  });
}
