import type { SendReservation } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  captcha,
  expectWait,
  GUESSES,
  MINUTE,
  MOBILE,
  perMinute,
  reservation,
  SECOND,
  unsolved,
  waitOf,
  window,
} from './requests';

export function describeCaptchas(subject: () => StoreSubject): void {
  describe('captchas', () => {
    const issue = (changes: Parameters<typeof captcha>[0] = {}) => subject().store.issueCaptcha(captcha(changes));
    const take = (uuid = 'uuid-1') => subject().store.takeCaptcha(uuid);

    test('given an issued captcha, when it is taken, then its answer comes out once', async () => {
      expect(await issue()).toEqual({ status: 'ok', suspicious: false });
      expect(await take()).toBe('ABCDE');
      expect(await take()).toBeNull();
    });

    test('given none of that name, when it is taken, then there is no answer', async () => {
      await issue();
      expect(await take('uuid-2')).toBeNull();
      expect(await take()).toBe('ABCDE');
    });

    test('given 50 callers at once, when they take one captcha, then one of them gets it', async () => {
      await issue();
      const answers = await Promise.all(Array.from({ length: 50 }, () => take()));
      expect(answers.filter((answer) => answer !== null)).toEqual(['ABCDE']);
    });

    test('given a lifetime of 300 s, when 299 s are over, then it is there; when 300 s are over, then it is not', async () => {
      await issue({ uuid: 'first' });
      await issue({ uuid: 'second' });
      await subject().advance(299 * SECOND);
      expect(await take('first')).toBe('ABCDE');
      await subject().advance(SECOND);
      expect(await take('second')).toBeNull();
    });

    test('given a cap of 2 a minute, when a third is asked for, then it is refused and nothing is written', async () => {
      const windows = [perMinute(2)];
      for (const uuid of ['a', 'b']) expect((await issue({ uuid, windows })).status).toBe('ok');
      const refused = await issue({ uuid: 'c', windows });
      expect(refused.status).toBe('refused');
      expect(await take('c')).toBeNull();

      await subject().advance(waitOf(refused));
      expect((await issue({ uuid: 'c', windows })).status).toBe('ok');
    });

    test('given two windows, when one refuses, then the other is not charged and nothing counts as unsolved', async () => {
      const tight = perMinute(1);
      const wide = window('{client:a}:hour', 2, 60 * MINUTE);
      await issue({ windows: [tight, wide], unsolved: unsolved(1) });
      const refused = await issue({ windows: [wide, tight], unsolved: unsolved(1) });
      expect(refused.status).toBe('refused');
      expectWait(waitOf(refused), MINUTE);
      expect(await issue({ windows: [wide], unsolved: unsolved(1) })).toEqual({ status: 'ok', suspicious: false });
    });

    test('given 20 at once, when the cap is 3, then exactly 3 are issued', async () => {
      const issued = await Promise.all(
        Array.from({ length: 20 }, (_, i) => issue({ uuid: `u${i}`, windows: [perMinute(3)] })),
      );
      expect(issued.filter(({ status }) => status === 'ok')).toHaveLength(3);
    });

    describe('taken by a send', () => {
      const send = (answer: string, changes: Partial<SendReservation> = {}) =>
        subject().store.reserveSend(reservation({ captcha: { uuid: 'uuid-1', answer }, ...changes }));
      const codeOf = (mobile = MOBILE) => subject().store.verifyCode(mobile, '135790', GUESSES);

      test.each(['AbC9E', 'abc9e', 'ABC9E', ' aBc9e\t', '\u3000ABC9E\n'])(
        'given AbC9E, when %j is answered, then the message is counted, and no second one',
        async (answer) => {
          await issue({ text: 'AbC9E' });
          const windows = [perMinute(9)];
          expect(await send(answer, { windows })).toMatchObject({ status: 'ok', counts: [1] });
          expect(await send(answer, { windows })).toEqual({ status: 'captcha-expired' });
          expect(await codeOf()).toEqual({ status: 'ok' });
        },
      );

      test.each(['', ' ', '=', 'ABC9', 'ABC9EE', '=ABC9E', '.....', '%w+', 'ABC9E\u0000'])(
        'given AbC9E, when %j is answered, then it is spent and nothing is counted or written',
        async (answer) => {
          await issue({ text: 'AbC9E', unsolved: unsolved(1) });
          expect(await send(answer, { windows: [perMinute(1)], solved: unsolved(1) })).toEqual({
            status: 'captcha-mismatch',
          });
          expect(await take()).toBeNull();
          expect(await codeOf()).toEqual({ status: 'expired' });
          // It stays unsolved: one more, and the next one is suspicious.
          await issue({ unsolved: unsolved(1) });
          expect(await issue({ unsolved: unsolved(1) })).toEqual({ status: 'ok', suspicious: true });
          expect(await send('ABCDE', { windows: [perMinute(1)] })).toMatchObject({ status: 'ok', counts: [1] });
        },
      );

      test('given no captcha, when it is answered, then it has expired, whatever the answer', async () => {
        for (const answer of ['ABCDE', '']) expect(await send(answer)).toEqual({ status: 'captcha-expired' });
        await issue();
        await subject().advance(300 * SECOND);
        expect(await send('ABCDE')).toEqual({ status: 'captcha-expired' });
        expect(await codeOf()).toEqual({ status: 'expired' });
      });

      test('given a full window, when the answer is right, then the send is refused and the captcha is spent', async () => {
        const windows = [perMinute(1)];
        await issue();
        await send('ABCDE', { windows });
        await issue();
        expect((await send('ABCDE', { windows })).status).toBe('refused');
        expect(await take()).toBeNull();
      });

      test('given 50 sends at once, to as many mobiles, when they answer one captcha, then one of them is counted', async () => {
        await issue();
        const mobiles = Array.from({ length: 50 }, (_, i) => `138001380${String(i).padStart(2, '0')}`);
        const answers = await Promise.all(mobiles.map((mobile) => send('ABCDE', { mobile, windows: [perMinute(60)] })));
        expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(1);
        expect(answers.filter(({ status }) => status === 'captcha-expired')).toHaveLength(49);
        const verified = await Promise.all(mobiles.map(codeOf));
        expect(verified.filter(({ status }) => status === 'ok')).toHaveLength(1);
      });
    });

    describe('unsolved ones', () => {
      const suspicious = async (cap = 2) => {
        const issued = await issue({ unsolved: unsolved(cap) });
        return issued.status === 'ok' && issued.suspicious;
      };
      const leave = async (count: number) => {
        for (let i = 0; i < count; i++) await suspicious();
      };
      const solve = (changes = {}) =>
        subject().store.reserveSend(reservation({ solved: unsolved(2), mobile: MOBILE, ...changes }));

      test('given a cap of 2, when 3 are left unsolved, then the next ones are suspicious', async () => {
        const marks = [];
        for (let i = 0; i < 5; i++) marks.push(await suspicious());
        expect(marks).toEqual([false, false, false, true, true]);
      });

      test('given a flood far above the cap, when one is solved, then the next one is not suspicious', async () => {
        await leave(20);
        await solve();
        expect(await suspicious()).toBe(false);
        expect(await suspicious()).toBe(true);
      });

      test('given a send that is refused, when its captcha was solved, then it counts as solved', async () => {
        const windows = [window('budget:day', 1, MINUTE)];
        await solve({ windows });
        await leave(3);
        expect((await solve({ windows })).status).toBe('refused');
        expect(await suspicious()).toBe(false);
      });

      test('given a locked mobile, when a captcha was solved for it, then it counts as solved', async () => {
        const guesses = { maxAttempts: 5, maxFailures: 1, lockMs: 60 * MINUTE, rowMs: 60 * MINUTE };
        await solve();
        await subject().store.verifyCode(MOBILE, '000000', guesses);
        await leave(3);
        expect((await solve({ guesses })).status).toBe('locked');
        expect(await suspicious()).toBe(false);
      });

      test('given none, when one is solved, then nothing is owed', async () => {
        await solve();
        expect([await suspicious(), await suspicious(), await suspicious(), await suspicious()]).toEqual([
          false,
          false,
          false,
          true,
        ]);
      });

      test('given a suspicious client, when ten minutes are over, then it is forgotten', async () => {
        await leave(3);
        await subject().advance(10 * MINUTE - 2 * SECOND);
        expect(await suspicious()).toBe(true);
        await subject().advance(2 * SECOND);
        expect(await suspicious()).toBe(false);
      });
    });
  });
}
