import type { StoreSubject } from './contract';
import {
  budget,
  cooldown,
  daily,
  expectWait,
  GUESSES,
  granted,
  HOUR,
  hourly,
  MINUTE,
  MOBILE,
  OTHER_MOBILE,
  perClient,
  type Reserved,
  reservation,
  SECOND,
  waitOf,
} from './requests';

const RIGHT = '135790';
const LATER = '246801';

export function describeReservations(subject: () => StoreSubject): void {
  const reserve = (changes: Parameters<typeof reservation>[0] = {}) =>
    subject().store.reserveSend(reservation(changes));
  const verify = (code: string, mobile = MOBILE, guesses = GUESSES) =>
    subject().store.verifyCode(mobile, code, guesses);

  describe('reservations', () => {
    test('given a reservation, when its code is checked for another mobile, then there is none', async () => {
      await reserve();
      expect(await verify(RIGHT, OTHER_MOBILE)).toEqual({ status: 'expired' });
      expect(await verify(RIGHT)).toEqual({ status: 'ok' });
    });

    test('given a lifetime of 300 s, when 299 s are over, then the code is good; when 300 s are over, then it is not', async () => {
      await reserve();
      await reserve({ mobile: OTHER_MOBILE });
      await subject().advance(299 * SECOND);
      expect(await verify(RIGHT)).toEqual({ status: 'ok' });
      await subject().advance(SECOND);
      expect(await verify(RIGHT, OTHER_MOBILE)).toEqual({ status: 'expired' });
    });

    test('given two reservations, when codes are checked, then only the later one is good, for its own whole life', async () => {
      await reserve();
      await subject().advance(200 * SECOND);
      await reserve({ code: LATER });
      await subject().advance(200 * SECOND);
      expect((await verify(RIGHT)).status).toBe('mismatch');
      expect(await verify(LATER)).toEqual({ status: 'ok' });
    });

    test('given a refused reservation, when codes are checked, then the earlier one is still good', async () => {
      await reserve({ windows: [cooldown()] });
      expect((await reserve({ windows: [cooldown()], code: LATER })).status).toBe('refused');
      expect(await verify(RIGHT)).toEqual({ status: 'ok' });
    });

    test('given wrong codes against the earlier one, when a new one is reserved, then its attempts start afresh', async () => {
      await reserve();
      for (let i = 0; i < 4; i++) await verify('000000');
      await reserve({ code: LATER });
      expect(await verify('000000')).toEqual({ status: 'mismatch', attemptsLeft: 4 });
    });

    test('given a mobile that must wait for its wrong codes, when a send is asked for, then it is locked and nothing is charged', async () => {
      const guesses = { ...GUESSES, maxFailures: 2 };
      await reserve();
      for (const guess of ['000000', '000001']) await verify(guess, MOBILE, guesses);
      const locked = await reserve({ windows: [budget(1)], guesses });
      expect(locked.status).toBe('locked');
      expectWait(waitOf(locked), HOUR);
      expect((await reserve({ mobile: OTHER_MOBILE, windows: [budget(1)], guesses })).status).toBe('ok');

      await subject().advance(waitOf(locked));
      expect((await reserve({ windows: [hourly(1)], guesses })).status).toBe('ok');
      expect(await verify('000000', MOBILE, guesses)).toEqual({ status: 'mismatch', attemptsLeft: 1 });
    });

    test('given a mobile that must wait, when failures are not limited any more, then it is free', async () => {
      await reserve();
      await verify('000000', MOBILE, { ...GUESSES, maxFailures: 1 });
      expect((await reserve({ guesses: { ...GUESSES, maxFailures: 0 } })).status).toBe('ok');
    });
  });

  describe('releases', () => {
    const windows = [cooldown(), hourly(3), daily(3), perClient(3), budget(3)];
    const release = (code: string, { countedAt }: Reserved, of = windows, mobile = MOBILE) =>
      subject().store.releaseSend({ mobile, code, windows: of, countedAt });

    test('given a reservation, when it is released, then code and counts are gone and the next one starts at 1', async () => {
      const reserved = granted(await reserve({ windows }));
      await release(RIGHT, reserved);
      expect(await verify(RIGHT)).toEqual({ status: 'expired' });
      expect(granted(await reserve({ windows })).counts).toEqual([1, 1, 1, 1, 1]);
    });

    test('given wrong codes against it, when it is released, then its attempts are gone too, but the failures stay', async () => {
      const guesses = { ...GUESSES, maxAttempts: 2, maxFailures: 3 };
      const reserved = granted(await reserve({ windows }));
      for (const guess of ['000000', '000001']) await verify(guess, MOBILE, guesses);
      expect((await verify(RIGHT, MOBILE, guesses)).status).toBe('locked');
      await release(RIGHT, reserved);

      const next = granted(await reserve({ windows: [hourly(3)], guesses }));
      expect((await verify('000002', MOBILE, guesses)).status).toBe('locked');
      await release(RIGHT, next, [hourly(3)]);
      expect((await reserve({ guesses })).status).toBe('locked');
    });

    test('given a later send to the same mobile, when the earlier one is released, then the later code and count stay', async () => {
      const own = [hourly(9), budget(9)];
      const earlier = granted(await reserve({ windows: own }));
      await subject().advance(SECOND);
      granted(await reserve({ windows: own, code: LATER }));
      await verify('000000');
      await release(RIGHT, earlier, own);

      expect(granted(await reserve({ mobile: OTHER_MOBILE, windows: own })).counts).toEqual([2, 2]);
      expect(await verify('000000')).toEqual({ status: 'mismatch', attemptsLeft: 3 });
      expect(await verify(LATER)).toEqual({ status: 'ok' });
    });

    test('given a later send, when the earlier one is released, then its place is free and the later one keeps its time', async () => {
      const own = [hourly(2)];
      const earlier = granted(await reserve({ windows: own }));
      await subject().advance(10 * MINUTE);
      await reserve({ windows: own });
      await release(RIGHT, earlier, own);
      await reserve({ windows: own });
      expectWait(waitOf(await reserve({ windows: own })), HOUR);
      await subject().advance(HOUR - SECOND);
      expect((await reserve({ windows: own })).status).toBe('refused');
      await subject().advance(SECOND);
      expect((await reserve({ windows: own })).status).toBe('ok');
    });

    test('given two sends, when one is released twice, then the other one stays counted', async () => {
      const own = [hourly(9), budget(9)];
      const first = granted(await reserve({ windows: own }));
      await subject().advance(SECOND);
      await reserve({ windows: own, code: LATER });
      await release(RIGHT, first, own);
      await release(RIGHT, first, own);
      expect(granted(await reserve({ windows: own })).counts).toEqual([2, 2]);
    });

    test('given a verified code, when its send is released late, then nothing but its counts changes', async () => {
      const reserved = granted(await reserve({ windows }));
      await verify(RIGHT);
      await release(RIGHT, reserved);
      expect(granted(await reserve({ windows })).counts).toEqual([1, 1, 1, 1, 1]);
    });

    test('given windows that have passed, when a send is released, then that is no trouble', async () => {
      const reserved = granted(await reserve({ windows: [cooldown(), hourly(3)] }));
      await subject().advance(2 * HOUR);
      await release(RIGHT, reserved, [cooldown(), hourly(3)]);
      expect(granted(await reserve({ windows: [cooldown(), hourly(3)] })).counts).toEqual([1, 1]);
    });

    test('given a cap above 64, when sends are released, then as many places are free again', async () => {
      const large = [perClient(100)];
      const reserved = [];
      for (let i = 0; i < 100; i++) reserved.push(granted(await reserve({ windows: large })));
      expect((await reserve({ windows: large })).status).toBe('refused');
      for (const one of reserved.slice(0, 40)) await release(LATER, one, large);
      expect(granted(await reserve({ windows: large })).counts).toEqual([61]);
    });

    test('given 20 sends at once, when all are released at once, then nothing is counted', async () => {
      const large = [budget(50), perClient(20)];
      const reserved = await Promise.all(Array.from({ length: 20 }, () => reserve({ windows: large })));
      await Promise.all(reserved.map((one) => release(LATER, granted(one), large)));
      expect(granted(await reserve({ windows: large })).counts).toEqual([1, 1]);
    });
  });
}
