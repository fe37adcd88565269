import type { CodeCheck, SendReservation } from '../../src/store/store';
import type { StoreSubject } from './contract';
import {
  budget,
  codeCheck,
  cooldown,
  expectWait,
  HOUR,
  hourly,
  LOCKOUT,
  MOBILE,
  OTHER_MOBILE,
  RIGHT,
  reserveSolved,
  SECOND,
  WRONG,
  waitOf,
} from './requests';

const LATER = '246801';

export function describeRequests(subject: () => StoreSubject): void {
  const reserve = (uuid: string, changes: Partial<SendReservation> = {}) =>
    reserveSolved(subject().store, uuid, changes);
  const check = (uuid: string, changes: Partial<CodeCheck> = {}) =>
    subject().store.checkCode(codeCheck({ uuid, ...changes }));
  const latestOf = async (mobile = MOBILE) => subject().readCode?.(mobile);
  const EXPIRED = { status: 'expired' };

  describe('requests', () => {
    test('given a request, when its code is checked, then it is right once, and its message is named', async () => {
      await reserve('a', { smsId: 'sms-a' });
      expect(await check('a')).toEqual({ status: 'ok', smsId: 'sms-a' });
      expect(await check('a')).toEqual(EXPIRED);
    });

    test.each<[string, string, Partial<CodeCheck>]>([
      ['an unknown uuid', 'b', {}],
      ['no uuid', 'a', { uuid: undefined }],
      ['another mobile', 'a', { mobile: OTHER_MOBILE }],
      ['another purpose', 'a', { purpose: 'RESET_PASSWORD' }],
    ])(
      'given a request, when its code is checked with %s, then it has expired, and no try is used',
      async (_, uuid, wrong) => {
        await reserve('a');
        for (let i = 0; i < 10; i++) expect(await check(uuid, wrong)).toEqual(EXPIRED);
        for (let i = 0; i < 4; i++) expect((await check('a', { code: WRONG })).status).toBe('mismatch');
        expect((await check('a')).status).toBe('ok');
      },
    );

    test('given two requests, when both codes are checked, then each is good under its own uuid alone', async () => {
      await reserve('a');
      await reserve('b', { code: LATER });
      expect((await check('a', { code: LATER })).status).toBe('mismatch');
      expect((await check('b', { code: RIGHT })).status).toBe('mismatch');
      expect((await check('a')).status).toBe('ok');
    });

    test('given two requests of one purpose, when one is confirmed, then both are gone, and the latest code with them', async () => {
      await reserve('a');
      await reserve('b', { code: LATER });
      expect(await latestOf()).not.toBeNull();
      expect((await check('a')).status).toBe('ok');
      expect(await check('b', { code: LATER })).toEqual(EXPIRED);
      expect(await latestOf()).toEqual(subject().readCode ? null : undefined);
    });

    test('given requests of two purposes, when one is confirmed, then the other stays, and the latest code if it is its', async () => {
      await reserve('a');
      await reserve('b', { code: LATER, purpose: 'LOGIN' });
      expect((await check('a')).status).toBe('ok');
      expect(await latestOf()).toEqual(subject().readCode ? LATER : undefined);
      expect((await check('b', { code: LATER, purpose: 'LOGIN' })).status).toBe('ok');
      expect(await latestOf()).toEqual(subject().readCode ? null : undefined);
    });

    test('given a confirmed mobile, when a code is asked for again at once, then it is good', async () => {
      await reserve('a');
      await check('a');
      await reserve('b', { code: LATER });
      expect((await check('b', { code: LATER })).status).toBe('ok');
    });

    test('given two requests, when the later one was refused, then the earlier code is still good', async () => {
      await reserve('a', { limits: [cooldown()] });
      expect((await reserve('b', { limits: [cooldown()], code: LATER })).status).toBe('refused');
      expect(await check('b', { code: LATER })).toEqual(EXPIRED);
      expect((await check('a')).status).toBe('ok');
    });

    test('given a lifetime of 300 s, when 299 s are over, then the code is good; when 300 s are over, then it is not', async () => {
      await reserve('a');
      await reserve('b', { mobile: OTHER_MOBILE });
      await subject().advance(299 * SECOND);
      expect((await check('a')).status).toBe('ok');
      await subject().advance(SECOND);
      expect(await check('b', { mobile: OTHER_MOBILE })).toEqual(EXPIRED);
    });

    test('given an earlier request, when a later one comes, then each lives its own life', async () => {
      await reserve('a');
      await subject().advance(200 * SECOND);
      await reserve('b', { code: LATER });
      await subject().advance(100 * SECOND);
      expect(await check('a')).toEqual(EXPIRED);
      await subject().advance(199 * SECOND);
      expect((await check('b', { code: LATER })).status).toBe('ok');
    });

    test('given a locked mobile, when a send is asked for, then it is locked and nothing is charged', async () => {
      const lockout = { ...LOCKOUT, maxFailures: 2 };
      await reserve('a');
      for (const code of ['000000', '000001']) await check('a', { code, lockout });
      const locked = await reserve('b', { limits: [budget(1)], lockout });
      expect(locked.status).toBe('locked');
      expectWait(waitOf(locked), HOUR);
      expect((await reserve('c', { mobile: OTHER_MOBILE, limits: [budget(1)], lockout })).status).toBe('ok');

      await subject().advance(waitOf(locked));
      expect((await reserve('d', { limits: [hourly(1)], lockout })).status).toBe('ok');
      expect(await check('d', { code: WRONG, lockout })).toMatchObject({ status: 'mismatch', attemptsLeft: 1 });
    });

    test('given a locked mobile, when failures are not limited any more, then it is free', async () => {
      await reserve('a');
      await check('a', { code: WRONG, lockout: { ...LOCKOUT, maxFailures: 1 } });
      expect((await reserve('b', { lockout: { ...LOCKOUT, maxFailures: 0 } })).status).toBe('ok');
    });
  });
}
