import type { CodeCheck, SendReservation } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  budget,
  codeCheck,
  cooldown,
  daily,
  expectWait,
  granted,
  HOUR,
  hourly,
  LOCKOUT,
  MINUTE,
  MOBILE,
  OTHER_MOBILE,
  perClient,
  perNetwork,
  type Reserved,
  RIGHT,
  reserveSolved,
  SECOND,
  WRONG,
  waitOf,
} from './requests';

const LATER = '246801';

export function describeRefunds(subject: () => StoreSubject): void {
  const limits = [cooldown(), hourly(3), daily(3), perClient(3), perNetwork(3), budget(3)];
  const reserve = (uuid: string, changes: Partial<SendReservation> = {}) =>
    reserveSolved(subject().store, uuid, changes);
  const check = (uuid: string, changes: Partial<CodeCheck> = {}) =>
    subject().store.checkCode(codeCheck({ uuid, ...changes }));
  const refund = (uuid: string, { countedAt, previous }: Reserved, of = limits, code = RIGHT) =>
    subject().store.refundSend({ mobile: MOBILE, uuid, code, limits: of, countedAt, previous });
  const latest = async () => subject().readCode?.(MOBILE);
  const ifRead = (code: string | null) => (subject().readCode ? code : undefined);

  describe('refunds', () => {
    test('given a reservation, when it is refunded, then code and counts are gone and the next one starts at 1', async () => {
      await refund('a', granted(await reserve('a', { limits })));
      expect(await check('a')).toEqual({ status: 'expired' });
      expect(await latest()).toEqual(ifRead(null));
      expect(granted(await reserve('b', { limits })).counts).toEqual([1, 1, 1, 1, 1, 1]);
    });

    test.each(['a', 'a:name:with:colons'])(
      'given a good code of %s, when a later request is refunded, then it is good still, for other services too and for what is left of its life',
      async (uuid) => {
        await reserve(uuid);
        await subject().advance(100 * SECOND);
        const later = granted(await reserve('b', { code: LATER }));
        expect(await latest()).toEqual(ifRead(LATER));
        await refund('b', later, [], LATER);
        expect(await latest()).toEqual(ifRead(RIGHT));
        await subject().advance(199 * SECOND);
        expect(await latest()).toEqual(ifRead(RIGHT));
        expect((await check(uuid)).status).toBe('ok');
        expect(await latest()).toEqual(ifRead(null));
      },
    );

    test('given a good code, when a later request is refunded after its life, then it is not revived', async () => {
      await reserve('a');
      await subject().advance(200 * SECOND);
      const later = granted(await reserve('b', { code: LATER }));
      await subject().advance(100 * SECOND);
      await refund('b', later, [], LATER);
      expect(await latest()).toEqual(ifRead(null));
      expect(await check('a')).toEqual({ status: 'expired' });
    });

    test.each<[string, Partial<CodeCheck>[]]>([
      ['used', [{}]],
      ['made void', Array<Partial<CodeCheck>>(5).fill({ code: WRONG })],
    ])(
      'given a code that was %s meanwhile, when a later request of another purpose is refunded, then it is not put back',
      async (_, checks) => {
        await reserve('a');
        const later = granted(await reserve('b', { code: LATER, purpose: 'LOGIN' }));
        for (const changes of checks) await check('a', changes);
        expect(await latest()).toEqual(ifRead(LATER));
        await refund('b', later, [], LATER);
        expect(await latest()).toEqual(ifRead(null));
        for (const code of ['', RIGHT])
          expect((await check('a', { code, lockout: { ...LOCKOUT, maxAttempts: 0 } })).status).not.toBe('ok');
      },
    );

    test('given a code that a right one of its purpose ended meanwhile, when a later request of another purpose is refunded, then it is not put back', async () => {
      await reserve('a');
      await reserve('b', { code: WRONG });
      const later = granted(await reserve('c', { code: LATER, purpose: 'LOGIN' }));
      expect((await check('a')).status).toBe('ok');
      await refund('c', later, [], LATER);
      expect(await latest()).toEqual(ifRead(null));
      expect(await check('b', { code: WRONG })).toEqual({ status: 'expired' });
    });

    test('given a code that is used in the moment it was asked for, when a later request is refunded, then it is not put back', async () => {
      // On a real clock that is a matter of luck, and so of many rounds.
      for (let round = 10; round < 40; round++) {
        const mobile = `137001370${round}`;
        await reserve(`a${round}`, { mobile });
        const later = granted(await reserve(`b${round}`, { mobile, code: LATER, purpose: 'LOGIN' }));
        expect((await check(`a${round}`, { mobile })).status).toBe('ok');
        await subject().store.refundSend({
          ...{ mobile, uuid: `b${round}`, code: LATER, limits: [], countedAt: [] },
          previous: later.previous,
        });
        expect(await subject().readCode?.(mobile)).toEqual(ifRead(null));
      }
    });

    test.each([
      ['a wrong', WRONG],
      ['five wrong', WRONG],
      ['a right', RIGHT],
      ['no', undefined],
    ])(
      'given %s code against it while it was sent, when it is refunded, then its code is gone, and it counts if one was tried',
      async (tries, code) => {
        const own = [hourly(9), perClient(9), budget(9)];
        const reserved = granted(await reserve('a', { limits: own }));
        for (let i = 0; i < (tries === 'five wrong' ? 5 : 1) && code; i++) await check('a', { code });
        await refund('a', reserved, own);
        expect(await check('a')).toEqual({ status: 'expired' });
        expect(await latest()).toEqual(ifRead(null));
        const counted = code === undefined ? 1 : 2;
        expect(granted(await reserve('b', { limits: own })).counts).toEqual([counted, counted, counted]);
      },
    );

    test('given wrong codes against it, when it is refunded, then its tries are gone too, but the failures stay', async () => {
      const lockout = { ...LOCKOUT, maxAttempts: 2, maxFailures: 3 };
      const reserved = granted(await reserve('a'));
      for (const code of ['000000', '000001']) await check('a', { code, lockout });
      expect((await check('a', { lockout })).status).toBe('locked');
      await refund('a', reserved, []);

      await reserve('a', { lockout });
      expect(await check('a', { code: WRONG, lockout })).toMatchObject({ status: 'locked', waitMs: HOUR });
    });

    test('given a later message under the same name, when the earlier one is refunded, then the code of the later one is good', async () => {
      const earlier = granted(await reserve('a'));
      await reserve('a', { code: LATER });
      await refund('a', earlier, []);
      expect(await latest()).toEqual(ifRead(LATER));
      expect((await check('a', { code: LATER })).status).toBe('ok');
    });

    test('given a later send to the same mobile, when the earlier one is refunded, then the later code and count stay', async () => {
      const own = [hourly(9), budget(9)];
      const earlier = granted(await reserve('a', { limits: own }));
      await subject().advance(SECOND);
      granted(await reserve('b', { limits: own, code: LATER }));
      await refund('a', earlier, own);
      expect(await latest()).toEqual(ifRead(LATER));
      expect(granted(await reserve('c', { mobile: OTHER_MOBILE, limits: own })).counts).toEqual([2, 2]);
      expect((await check('b', { code: LATER })).status).toBe('ok');
    });

    test('given a later send, when the earlier one is refunded, then its place is free and the later one keeps its time', async () => {
      const own = [hourly(2)];
      const earlier = granted(await reserve('a', { limits: own }));
      await subject().advance(4 * MINUTE);
      await reserve('b', { limits: own });
      await refund('a', earlier, own);
      await reserve('c', { limits: own });
      expectWait(waitOf(await reserve('d', { limits: own })), HOUR);
      await subject().advance(HOUR - SECOND);
      expect((await reserve('e', { limits: own })).status).toBe('refused');
      await subject().advance(SECOND);
      expect((await reserve('f', { limits: own })).status).toBe('ok');
    });

    test('given two sends, when one is refunded twice, then the other one stays counted', async () => {
      const own = [hourly(9), budget(9)];
      const first = granted(await reserve('a', { limits: own }));
      await subject().advance(SECOND);
      await reserve('b', { limits: own, code: LATER });
      await refund('a', first, own);
      await refund('a', first, own);
      expect(granted(await reserve('c', { limits: own })).counts).toEqual([2, 2]);
    });

    test('given limits whose windows have passed, when a send is refunded, then that is no trouble', async () => {
      const own = [cooldown(), hourly(3)];
      const reserved = granted(await reserve('a', { limits: own }));
      await subject().advance(2 * HOUR);
      await refund('a', reserved, own);
      expect(granted(await reserve('b', { limits: own })).counts).toEqual([1, 1]);
    });

    test('given a cap above 64, when sends are refunded, then as many places are free again', async () => {
      const large = [perClient(100)];
      const reserved = [];
      for (let i = 0; i < 100; i++) reserved.push(granted(await reserve(`u${i}`, { limits: large })));
      expect((await reserve('x', { limits: large })).status).toBe('refused');
      for (const [i, one] of reserved.slice(0, 40).entries()) await refund(`u${i}`, one, large);
      expect(granted(await reserve('y', { limits: large })).counts).toEqual([61]);
    });

    test('given 20 sends at once, when all are refunded at once, then nothing is counted', async () => {
      const large = [budget(50), perClient(20)];
      const reserved = await Promise.all(Array.from({ length: 20 }, (_, i) => reserve(`u${i}`, { limits: large })));
      await Promise.all(reserved.map((one, i) => refund(`u${i}`, granted(one), large)));
      expect(granted(await reserve('x', { limits: large })).counts).toEqual([1, 1]);
    });
  });
}
