import type { SendReservation } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  budget,
  captcha,
  codeCheck,
  expectWait,
  HOUR,
  LOCKOUT,
  liveCaptchas,
  MINUTE,
  networkMinute,
  networkUnsolved,
  parentLive,
  perClient,
  perMinute,
  reservation,
  SECOND,
  unsolved,
  WRONG,
  waitOf,
} from './requests';

export function describeCaptchas(subject: () => StoreSubject): void {
  describe('captchas', () => {
    const issue = (changes: Parameters<typeof captcha>[0] = {}) => subject().store.issueCaptcha(captcha(changes));
    const peek = (uuid = 'uuid-1') => subject().store.peekCaptcha(uuid);
    const send = (answer: string, changes: Partial<SendReservation> = {}) =>
      subject().store.reserveSend(reservation({ captcha: { uuid: 'uuid-1', answer }, ...changes }));
    const checkOf = (mobile: string) => subject().store.checkCode(codeCheck({ mobile }));

    test('given an issued captcha, when it is looked at, then it is still there', async () => {
      expect(await issue()).toEqual({ status: 'ok' });
      expect(await peek()).toBe('ABCDE');
      expect(await send('ABCDE')).toMatchObject({ status: 'ok' });
      expect(await peek()).toBeNull();
      expect(await peek('uuid-2')).toBeNull();
    });

    test('given a live captcha, when another is issued under its name, then it is refused, and nothing is counted or changed', async () => {
      await issue();
      expect(await issue({ text: 'OTHER', limits: [perMinute(1)] })).toEqual({ status: 'taken' });
      expect(await peek()).toBe('ABCDE');
      expect((await issue({ uuid: 'uuid-2', limits: [perMinute(1)] })).status).toBe('ok');
    });

    test('given a lifetime of 300 s, when 299 s are over, then it is there; when 300 s are over, then it is not', async () => {
      await issue();
      await subject().advance(299 * SECOND);
      expect(await peek()).toBe('ABCDE');
      await subject().advance(SECOND);
      expect(await peek()).toBeNull();
      expect(await send('ABCDE')).toEqual({ status: 'captcha-expired' });
    });

    test('given a cap of 2 a minute, when a third is asked for, then it is refused and nothing is written', async () => {
      const limits = [perMinute(2)];
      for (const uuid of ['a', 'b']) expect((await issue({ uuid, limits })).status).toBe('ok');
      const refused = await issue({ uuid: 'c', limits });
      expect(refused).toMatchObject({ status: 'refused', limit: 0 });
      expect(await peek('c')).toBeNull();

      await subject().advance(waitOf(refused as { status: string; waitMs?: number }));
      expect((await issue({ uuid: 'c', limits })).status).toBe('ok');
    });

    test('given two limits, when one refuses, then the other is not charged, and the longest wait is told with its limit', async () => {
      const wide = unsolved(2);
      await issue({ uuid: 'a', limits: [perMinute(1), wide] });
      const refused = await issue({ uuid: 'b', limits: [wide, perMinute(1)] });
      expect(refused).toMatchObject({ status: 'refused', limit: 1 });
      expectWait(waitOf(refused as { status: string; waitMs?: number }), MINUTE);
      expect(await issue({ uuid: 'c', limits: [wide] })).toEqual({ status: 'ok' });
      expect((await issue({ uuid: 'd', limits: [wide] })).status).toBe('refused');
    });

    test('given 20 at once, when the cap is 3, then exactly 3 are issued', async () => {
      const issued = await Promise.all(
        Array.from({ length: 20 }, (_, i) => issue({ uuid: `u${i}`, limits: [perMinute(3)] })),
      );
      expect(issued.filter(({ status }) => status === 'ok')).toHaveLength(3);
    });

    test('given captchas of everyone that fill up, when a network asks, then its share shrinks, and another still has one', async () => {
      const everyone = liveCaptchas(20);
      const ask = async (network: string, count: number) => {
        let got = 0;
        for (let i = 0; i < count; i++) {
          const issued = await issue({ uuid: `${network}-${i}`, limits: [networkMinute(10, network), everyone] });
          if (issued.status === 'ok') got++;
        }
        return got;
      };
      const first = await ask('first', 10);
      expect(first).toBeGreaterThanOrEqual(6);
      expect(first).toBeLessThan(10);
      const second = await ask('second', 10);
      expect(second).toBeGreaterThanOrEqual(3);
      expect(second).toBeLessThan(first);
      expect(await ask('third', 1)).toBe(1);
    });

    test('given one parent of networks that takes all it can, then it has half of what is alive, the next half of the rest, and so on', async () => {
      const everyone = liveCaptchas(20);
      const ask = async (parent: string, i: number) =>
        issue({
          uuid: `${parent}-${i}`,
          limits: [networkMinute(1, `${parent}-${i}`), everyone, parentLive(20, parent)],
        });
      const taken: number[] = [];
      for (const parent of ['first', 'second', 'third']) {
        let i = 0;
        while ((await ask(parent, i)).status === 'ok') i++;
        taken.push(i);
      }
      expect(taken).toEqual([10, 5, 3]);
      const refused = await ask('first', 99);
      expect(refused).toMatchObject({ status: 'refused', limit: 2 });
      expectWait(waitOf(refused as { status: string; waitMs?: number }), 300 * SECOND);
      expect((await ask('fourth', 0)).status).toBe('ok');
    });

    test('given a parent that fills up, when networks in it ask, then their shares shrink, those of other networks do not, and each has one', async () => {
      const ask = async (network: string, parent: string, count: number) => {
        let got = 0;
        for (let i = 0; i < count; i++) {
          const limits = [networkMinute(10, network), parentLive(20, parent)];
          if ((await issue({ uuid: `${network}-${i}`, limits })).status === 'ok') got++;
        }
        return got;
      };
      const first = await ask('first', 'crowded', 10);
      expect(first).toBeGreaterThanOrEqual(6);
      expect(first).toBeLessThan(10);
      const second = await ask('second', 'crowded', 10);
      expect(second).toBeGreaterThanOrEqual(3);
      expect(second).toBeLessThan(first);
      expect(await ask('third', 'crowded', 1)).toBe(1);
      expect(await ask('elsewhere', 'quiet', 10)).toBe(first);
    });

    test('given a parent that has most of what everyone else leaves it, when a network in it asks that has its share, then it is refused, and a neighbour is not', async () => {
      let serial = 0;
      const ask = (network: string, parent = 'crowded') => {
        const limits = [liveCaptchas(20), parentLive(20, parent), networkMinute(10, network)];
        return issue({ uuid: `${serial++}`, limits });
      };
      // Eight of the ten that are left to their parent when others have two.
      for (const network of ['a', 'a', 'a', 'b', 'c', 'd', 'e', 'f']) expect((await ask(network)).status).toBe('ok');
      for (let i = 0; i < 2; i++) expect((await ask('g', 'elsewhere')).status).toBe('ok');
      expect(await ask('a')).toMatchObject({ status: 'refused', limit: 2 });
      expect((await ask('b')).status).toBe('ok');
    });

    test('given no count of everyone, when a network asks, then it has all of its own', async () => {
      const limits = [networkMinute(2)];
      for (const uuid of ['a', 'b']) expect((await issue({ uuid, limits })).status).toBe('ok');
      expect((await issue({ uuid: 'c', limits })).status).toBe('refused');
    });

    describe('taken by a send', () => {
      test.each(['AbC9E', 'abc9e', 'ABC9E', ' aBc9e\t', '\u3000ABC9E\n'])(
        'given AbC9E, when %j is answered, then the message is counted, and no second one',
        async (answer) => {
          await issue({ text: 'AbC9E' });
          const limits = [budget(9)];
          expect(await send(answer, { limits })).toMatchObject({ status: 'ok', counts: [1] });
          expect(await send(answer, { limits })).toEqual({ status: 'captcha-expired' });
          expect((await checkOf('13800138000')).status).toBe('ok');
        },
      );

      test.each(['', ' ', '=', 'ABC9', 'ABC9EE', '=ABC9E', '.....', '%w+', 'ABC9E\u0000'])(
        'given AbC9E, when %j is answered, then it is spent and nothing is counted or written',
        async (answer) => {
          await issue({ text: 'AbC9E', limits: [unsolved(2)] });
          expect(await send(answer, { limits: [budget(1)], solved: [unsolved(2)] })).toEqual({
            status: 'captcha-mismatch',
          });
          expect(await peek()).toBeNull();
          expect(await checkOf('13800138000')).toEqual({ status: 'expired' });
          // It stays unsolved: one more, and no third.
          await issue({ limits: [unsolved(2)] });
          expect((await issue({ uuid: 'third', limits: [unsolved(2)] })).status).toBe('refused');
          expect(await send('ABCDE', { limits: [budget(1)] })).toMatchObject({ status: 'ok', counts: [1] });
        },
      );

      test('given no captcha, when it is answered, then it has expired, whatever the answer', async () => {
        for (const answer of ['ABCDE', '']) expect(await send(answer)).toEqual({ status: 'captcha-expired' });
      });

      test('given a full limit, when the answer is right, then the send is refused and the captcha is spent', async () => {
        const limits = [perClient(1)];
        await issue();
        await send('ABCDE', { limits });
        await issue();
        expect((await send('ABCDE', { limits })).status).toBe('refused');
        expect(await peek()).toBeNull();
      });

      test('given 50 sends at once, to as many mobiles, when they answer one captcha, then one of them is counted', async () => {
        await issue();
        const mobiles = Array.from({ length: 50 }, (_, i) => `138001380${String(i).padStart(2, '0')}`);
        const answers = await Promise.all(mobiles.map((mobile) => send('ABCDE', { mobile, limits: [budget(60)] })));
        expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(1);
        expect(answers.filter(({ status }) => status === 'captcha-expired')).toHaveLength(49);
        const checked = await Promise.all(mobiles.map(checkOf));
        expect(checked.filter(({ status }) => status === 'ok')).toHaveLength(1);
      });
    });

    describe('unsolved ones', () => {
      const limits = [unsolved(2)];
      const leave = async (uuid: string) => (await issue({ uuid, limits })).status;
      const solve = async (changes: Partial<SendReservation> = {}) => {
        await issue({ uuid: 'solved' });
        return send('ABCDE', { captcha: { uuid: 'solved', answer: 'ABCDE' }, solved: limits, ...changes });
      };

      test('given two that were left, when one more is asked for, then it is refused for up to an hour', async () => {
        expect([await leave('a'), await leave('b'), await leave('c')]).toEqual(['ok', 'ok', 'refused']);
        await subject().advance(HOUR - SECOND);
        expect(await leave('c')).toBe('refused');
        await subject().advance(SECOND);
        expect(await leave('c')).toBe('ok');
      });

      test('given two that were left, when one is solved, then there is room for one', async () => {
        await leave('a');
        await leave('b');
        await solve();
        expect([await leave('c'), await leave('d')]).toEqual(['ok', 'refused']);
      });

      test('given one that was left half an hour before another, when one is solved, then the earlier one counts for half an hour still', async () => {
        await leave('a');
        await subject().advance(HOUR / 2);
        await leave('b');
        await solve();
        expect([await leave('c'), await leave('d')]).toEqual(['ok', 'refused']);
        await subject().advance(HOUR / 2);
        expect([await leave('d'), await leave('e')]).toEqual(['ok', 'refused']);
      });

      test('given a send that is refused, or a locked mobile, when its captcha was solved, then it counts as solved', async () => {
        const full = [perClient(1)];
        await solve({ limits: full });
        await leave('a');
        await leave('b');
        expect((await solve({ limits: full })).status).toBe('refused');
        expect(await leave('c')).toBe('ok');

        const lockout = { ...LOCKOUT, maxFailures: 1 };
        await subject().store.checkCode(codeCheck({ uuid: 'solved', code: WRONG, lockout }));
        expect((await solve({ lockout })).status).toBe('locked');
        expect(await leave('d')).toBe('ok');
      });

      test('given a network that left as many as it may, when a neighbour asks, then it gets a hundred, and who left a hundred waits', async () => {
        let serial = 0;
        const ask = async (client: string, count: number) => {
          const own = [unsolved(1_000, client), networkUnsolved(120)];
          let got = 0;
          for (let i = 0; i < count; i++) {
            if ((await issue({ uuid: `many-${serial++}`, limits: own })).status === 'ok') got++;
          }
          return got;
        };
        expect(await ask('stranger', 130)).toBe(120);
        expect(await ask('stranger', 1)).toBe(0);
        const refused = await issue({ uuid: 'one-more', limits: [unsolved(1_000, 'stranger'), networkUnsolved(120)] });
        expect(refused).toMatchObject({ status: 'refused', limit: 1 });
        expectWait(waitOf(refused as { status: string; waitMs?: number }), HOUR);
        expect(await ask('neighbour', 110)).toBe(100);
      });

      test('given none, when one is solved, then nothing is owed', async () => {
        await solve();
        expect([await leave('a'), await leave('b'), await leave('c')]).toEqual(['ok', 'ok', 'refused']);
      });
    });
  });
}
