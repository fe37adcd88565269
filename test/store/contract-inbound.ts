import { allowanceRule } from '../../src/limits/allowances';
import type { InboundArrival, InboundQuestion, InboundStart } from '../../src/store/inbound-requests';
import type { StoreSubject } from './contract';
import {
  captcha,
  codeCheck,
  daily,
  inboundArrival,
  inboundStart,
  LOCKOUT,
  MOBILE,
  OTHER_MOBILE,
  reserveSolved,
  SECOND,
  unsolved,
  WRONG,
} from './requests';

const OTHER_CODE = 'CDFGHJKM';

export function describeInbound(subject: () => StoreSubject): void {
  const start = (uuid: string, changes: Partial<InboundStart> = {}) =>
    subject().store.startInbound(inboundStart({ uuid, ...changes }));
  const arrive = (changes: Partial<InboundArrival> = {}) => subject().store.confirmInbound(inboundArrival(changes));
  const status = (uuid: string, changes: Partial<InboundQuestion> = {}) =>
    subject().store.inboundStatus({ uuid, mobile: MOBILE, purpose: 'REGISTER', ...changes });
  const WAITING = { status: 'waiting' };
  const EXPIRED = { status: 'expired' };
  const NONE = { status: 'none' };

  describe('messages from mobiles', () => {
    test('given a request that waits, when its text comes from its mobile, then it is confirmed, for as long as somebody may ask', async () => {
      await start('a', { ticketId: 'ticket-a' });
      expect(await status('a')).toEqual(WAITING);
      await subject().advance(599 * SECOND);
      expect(await arrive()).toEqual({ status: 'ok', uuid: 'a' });
      await subject().advance(598 * SECOND);
      // A copy that comes late is told to be one.
      expect(await arrive()).toEqual({ status: 'again', uuid: 'a' });
      const told = await status('a');
      expect(told).toMatchObject({ status: 'confirmed', ticketId: 'ticket-a' });
      // However often it is asked.
      expect(await status('a')).toEqual(told);
      await subject().advance(2 * SECOND);
      expect(await status('a')).toEqual(EXPIRED);
    });

    test('given 50 copies of one message at once, when they arrive, then one confirms and the others change nothing', async () => {
      await start('a');
      const answers = await Promise.all(Array.from({ length: 50 }, () => arrive()));
      expect(answers.filter((answer) => answer.status === 'ok')).toHaveLength(1);
      expect(answers.filter((answer) => answer.status === 'again')).toHaveLength(49);
      const told = await status('a');
      await subject().advance(100 * SECOND);
      expect(await arrive()).toEqual({ status: 'again', uuid: 'a' });
      expect(await status('a')).toEqual(told);
    });

    test.each<[string, Partial<InboundArrival>]>([
      ['another mobile', { mobile: OTHER_MOBILE }],
      ['another text', { code: OTHER_CODE }],
      ['a text for another purpose', { purpose: 'RESET_PASSWORD' }],
    ])('given a request that waits, when %s comes, then it waits on, and nothing is counted', async (_, wrong) => {
      await start('a');
      for (let i = 0; i < 30; i++) expect(await arrive(wrong)).toEqual(NONE);
      expect(await status('a')).toEqual(WAITING);
      expect((await arrive()).status).toBe('ok');
      expect((await reserveSolved(subject().store, 'b', { lockout: { ...LOCKOUT, maxFailures: 1 } })).status).toBe(
        'ok',
      );
    });

    test('given a text, when it came before anybody waited for it or after its time, then it confirms nothing', async () => {
      expect(await arrive()).toEqual(NONE);
      await start('a');
      expect(await status('a')).toEqual(WAITING);
      await subject().advance(600 * SECOND);
      expect(await arrive()).toEqual(NONE);
      expect(await status('a')).toEqual(EXPIRED);
    });

    test.each<[string, string, Partial<InboundQuestion>]>([
      ['an unknown uuid', 'b', {}],
      ['another mobile', 'a', { mobile: OTHER_MOBILE }],
      ['another purpose', 'a', { purpose: 'LOGIN' }],
    ])('given a confirmed request, when it is asked about under %s, then nothing is told', async (_, uuid, wrong) => {
      await start('a');
      await arrive();
      expect(await status(uuid, wrong)).toEqual(EXPIRED);
    });

    test('given ten open requests of strangers for a mobile, when its owner opens another, then that one is confirmed by its text, and no stranger’s is', async () => {
      for (let i = 0; i < 10; i++) await start(`stranger-${i}`, { code: `STRNGR${i}${i}` });
      await start('owner');
      expect(await arrive()).toEqual({ status: 'ok', uuid: 'owner' });
      expect((await status('owner')).status).toBe('confirmed');
      for (let i = 0; i < 10; i++) expect(await status(`stranger-${i}`)).toEqual(EXPIRED);
    });

    test('given a confirmation, when its purpose is looked at, then codes and texts of it are ended, and those of others are not', async () => {
      await reserveSolved(subject().store, 'code');
      await reserveSolved(subject().store, 'login', { purpose: 'LOGIN', code: '246801' });
      await reserveSolved(subject().store, 'latest', { code: '975310' });
      await start('a');
      await start('other', { code: OTHER_CODE });
      await start('reset', { code: 'WXY34679', purpose: 'RESET_PASSWORD' });
      await arrive();
      const { store } = subject();
      expect(await store.checkCode(codeCheck({ uuid: 'code' }))).toEqual(EXPIRED);
      expect((await store.checkCode(codeCheck({ uuid: 'login', purpose: 'LOGIN', code: '246801' }))).status).toBe('ok');
      expect(await status('other')).toEqual(EXPIRED);
      expect(await arrive({ code: OTHER_CODE })).toEqual(NONE);
      expect(await status('reset', { purpose: 'RESET_PASSWORD' })).toEqual(WAITING);
      if (subject().readCode) expect(await subject().readCode?.(MOBILE)).toBeNull();
      // What is asked for from now on is good again.
      await start('next', { code: 'NEXTNEXT' });
      expect(await arrive({ code: 'NEXTNEXT' })).toEqual({ status: 'ok', uuid: 'next' });
    });

    test('given two texts of one moment, when one confirms in that moment as well, then the other is ended', async () => {
      // On a real clock that is a matter of luck, and so of many rounds.
      for (let round = 10; round < 40; round++) {
        const changes = { mobile: `137001370${round}` };
        await start(`a${round}`, changes);
        await start(`b${round}`, { ...changes, code: OTHER_CODE });
        expect((await arrive(changes)).status).toBe('ok');
        expect(await status(`b${round}`, changes)).toEqual(EXPIRED);
        expect(await arrive({ ...changes, code: OTHER_CODE })).toEqual(NONE);
      }
    });

    test('given a request that waits, when a code of its purpose was right, then it has ended; when one was wrong, then it waits on', async () => {
      await start('a');
      await reserveSolved(subject().store, 'b');
      await subject().store.checkCode(codeCheck({ uuid: 'b', code: WRONG }));
      expect(await status('a')).toEqual(WAITING);
      await subject().store.checkCode(codeCheck({ uuid: 'b' }));
      expect(await status('a')).toEqual(EXPIRED);
      expect(await arrive()).toEqual(NONE);
    });

    test('given a captcha, when it is tried for such a request, then it is spent, right or wrong', async () => {
      const { store } = subject();
      const solved = { answer: ' abcde ', solved: [unsolved(1)] };
      const issue = (uuid: string) => store.issueCaptcha(captcha({ uuid, limits: [unsolved(1)] }));
      expect((await issue('a')).status).toBe('ok');
      expect((await issue('b')).status).toBe('refused');
      expect(await start('a', { captcha: solved })).toEqual({ status: 'ok' });
      expect(await start('a', { captcha: solved, code: OTHER_CODE })).toEqual({ status: 'captcha-expired' });
      expect((await arrive()).status).toBe('ok');
      // The one that was solved is no longer counted; the one that is answered wrongly is. On a cluster that is not waited for.
      let issued = await issue('c');
      for (let i = 0; i < 100 && issued.status !== 'ok'; i++) issued = await issue('c');
      expect(issued.status).toBe('ok');
      expect(await start('c', { captcha: { ...solved, answer: 'wrong' }, code: OTHER_CODE })).toEqual({
        status: 'captcha-mismatch',
      });
      expect(await start('c', { captcha: solved, code: OTHER_CODE })).toEqual({ status: 'captcha-expired' });
      expect(await arrive({ code: OTHER_CODE })).toEqual(NONE);
      expect((await issue('d')).status).toBe('refused');
    });

    test('given 20 who race with one captcha, when they start, then one request waits', async () => {
      await subject().store.issueCaptcha(captcha({ uuid: 'a' }));
      const starts = Array.from({ length: 20 }, (_, i) =>
        start('a', { captcha: { answer: 'ABCDE', solved: [] }, code: `RACERS${String(i).padStart(2, '0')}` }),
      );
      const answers = await Promise.all(starts);
      expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(1);
    });

    test('given an address in debt for a mobile, when that mobile confirms by its own message, then the address is credited as for a right code', async () => {
      const allowance = {
        ...{
          rule: allowanceRule(10_000, 20),
          mode: 'enforce' as const,
          client: 'a',
          network: 'net-a',
          parent: 'par-a',
        },
        ...{ person: `person-${MOBILE}` },
      };
      const send = async (uuid: string, mobile: string) => {
        const changes = {
          mobile,
          allowance: { ...allowance, person: `person-${mobile}` },
          limits: [daily(10, mobile)],
        };
        const reserved = await reserveSolved(subject().store, uuid, changes);
        return reserved.status === 'ok' ? reserved.charge : reserved.status;
      };
      expect(await send('first', MOBILE)).toBe('unknown');
      expect(await send('second', OTHER_MOBILE)).toBe('unknown');
      const { client, network, parent } = allowance;
      await start('a', { asker: { client, network, parent } });
      expect((await arrive({ person: allowance.person })).status).toBe('ok');
      // On a cluster the credit is not waited for.
      let charge = await send('third', '13700137000');
      for (let i = 0; i < 5 && charge === 'unknown'; i++) charge = await send(`more-${i}`, `1370013700${i + 1}`);
      expect(charge).toBe('own');
      expect(await send('again', MOBILE)).toBe('person');
    });
  });
}
