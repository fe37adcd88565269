import { allowanceRule } from '../../src/limits/allowances';
import type { AllowanceRequest } from '../../src/limits/rules';
import type { SendReservation } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  budget,
  cooldown,
  DAY,
  daily,
  expectWait,
  granted,
  HOUR,
  hourly,
  MINUTE,
  OTHER_MOBILE,
  perClient,
  perNetwork,
  reserveSolved,
  SECOND,
  SLACK_MS,
  waitOf,
} from './requests';

export function describeLimits(subject: () => StoreSubject): void {
  describe('limits', () => {
    let sent = 0;
    const reserve = (changes: Partial<SendReservation> = {}) =>
      reserveSolved(subject().store, `uuid-${sent++}`, changes);

    test('given 5 in any hour, when sends come every 10 minutes, then an hour slides along and starts at no full hour', async () => {
      const limits = [hourly(5)];
      const status = async () => (await reserve({ limits })).status;
      for (let i = 0; i < 5; i++) {
        expect(await status()).toBe('ok');
        await subject().advance(10 * MINUTE);
      }
      const refused = await reserve({ limits });
      expect(refused).toMatchObject({ status: 'refused', limit: 0 });
      expectWait(waitOf(refused), 10 * MINUTE);
      await subject().advance(10 * MINUTE);
      expect(await status()).toBe('ok');
      expect(await status()).toBe('refused');
      await subject().advance(10 * MINUTE);
      expect(await status()).toBe('ok');
      expect(await status()).toBe('refused');
    });

    test.each([
      ['cooldown', cooldown(), 1, MINUTE],
      ['hour', hourly(5), 5, HOUR],
      ['day', daily(10), 10, 24 * HOUR],
      ['client', perClient(20), 20, HOUR],
      ['network', perNetwork(30), 30, HOUR],
      ['budget', budget(64), 64, 24 * HOUR],
    ])(
      'given a full %s, when the time told is over, then it lets one more in, and no second earlier',
      async (_, full, cap, length) => {
        for (let i = 0; i < cap; i++) expect((await reserve({ limits: [full] })).status).toBe('ok');
        const refused = await reserve({ limits: [full] });
        expectWait(waitOf(refused), length);

        await subject().advance(waitOf(refused) - SECOND);
        const again = await reserve({ limits: [full] });
        expect(again.status).toBe('refused');
        await subject().advance(waitOf(again));
        expect((await reserve({ limits: [full] })).status).toBe('ok');
      },
    );

    test.each([
      ['of a mobile', [cooldown(), hourly(1), daily(5)], 1, HOUR],
      ['of a mobile, the longest first', [hourly(1), cooldown()], 0, HOUR],
      ['of everybody, a client and a mobile', [budget(1), perClient(1), hourly(1)], 0, 24 * HOUR],
      ['of a mobile, a client and everybody', [cooldown(), perClient(1), budget(1)], 2, 24 * HOUR],
    ])(
      'given several full limits, %s, when a send is refused, then the longest wait is told, with its limit',
      async (_, limits, longest, waitMs) => {
        await reserve({ limits });
        const refused = await reserve({ limits });
        expect(refused).toMatchObject({ status: 'refused', limit: longest });
        expectWait(waitOf(refused), waitMs);
        await subject().advance(waitOf(refused));
        expect((await reserve({ limits })).status).toBe('ok');
      },
    );

    test.each([
      ['a day', [budget(1)], { status: 'refused', limit: 0 }, DAY],
      ['a minute', [cooldown()], { status: 'not-allowed', limit: 'client' }, HOUR],
    ])(
      'given a limit that waits %s, and a client whose hour is used up, when a send is refused, then the longer wait is told',
      async (_, limits, refusal, waitMs) => {
        const allowance: AllowanceRequest = {
          ...{ rule: allowanceRule(10_000, 1), mode: 'enforce', client: 'a', network: 'n', parent: 'p' },
          person: 'person',
        };
        await reserve({ limits, allowance });
        const refused = await reserve({ limits, allowance });
        expect(refused).toMatchObject(refusal);
        expectWait(waitOf(refused), waitMs);
      },
    );

    test('given one full limit, when it refuses many times, then no other limit and no code is charged', async () => {
      await reserve({ limits: [cooldown()], code: '111111' });
      for (let i = 0; i < 10; i++) {
        const refused = await reserve({ limits: [hourly(2), perClient(2), cooldown(), budget(2)], code: '222222' });
        expect(refused).toMatchObject({ status: 'refused', limit: 2 });
      }
      const { counts } = granted(await reserve({ limits: [hourly(2), perClient(2), budget(2)], code: '333333' }));
      expect(counts).toEqual([1, 1, 1]);
    });

    test('given sends of one client to two mobiles, when they are counted, then each limit counts its own', async () => {
      const first = granted(await reserve({ limits: [hourly(9), perClient(9), budget(9)] }));
      const second = granted(
        await reserve({ mobile: OTHER_MOBILE, limits: [hourly(9, OTHER_MOBILE), perClient(9), budget(9)] }),
      );
      expect(first.counts).toEqual([1, 1, 1]);
      expect(second.counts).toEqual([1, 2, 2]);
      expect(first.countedAt).toHaveLength(3);
    });

    test('given 12 sends at once, when a cap is 3, then exactly 3 go through and see 1, 2 and 3', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => reserve({ limits: [budget(3), perClient(9)] })),
      );
      const passed = answers.filter((answer) => answer.status === 'ok');
      expect(passed.map(({ counts }) => counts.join()).sort()).toEqual(['1,1', '2,2', '3,3']);
      expect(answers.filter(({ status }) => status === 'refused')).toHaveLength(9);
    });

    test('given no limit, when sends come, then nothing refuses', async () => {
      for (let i = 0; i < 5; i++) expect(await reserve()).toMatchObject({ status: 'ok', countedAt: [], counts: [] });
    });

    describe('of more than 64, whose events are counted together by buckets', () => {
      const CAP = 65;
      const BUCKET_MS = Math.ceil(HOUR / 64);

      test('given two a bucket, when the cap is reached, then each place is free an hour after it was taken', async () => {
        const limits = [perClient(CAP)];
        let passed = 0;
        while ((await reserve({ limits })).status === 'ok') {
          passed++;
          if (passed % 2 === 0) await subject().advance(BUCKET_MS);
        }
        expect(passed).toBe(CAP);
        for (let freed = 0; freed < 3; freed++) {
          const refused = await reserve({ limits });
          // The two of a bucket are no ms apart by a clock that the test moves, a few by a real one.
          expect(Math.abs(waitOf(refused) - (freed === 0 ? HOUR - 32 * BUCKET_MS : BUCKET_MS))).toBeLessThan(SLACK_MS);
          await subject().advance(waitOf(refused) - SECOND);
          expect((await reserve({ limits })).status).toBe('refused');
          await subject().advance(2 * SECOND);
          for (let i = 0; i < 2; i++) expect((await reserve({ limits })).status).toBe('ok');
        }
      });

      test('given 100 sends at once, when the cap is 65, then exactly 65 go through', async () => {
        const answers = await Promise.all(Array.from({ length: 100 }, () => reserve({ limits: [budget(CAP)] })));
        expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(CAP);
      });
    });
  });
}
