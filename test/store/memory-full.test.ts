import { MemoryStore } from '../../src/store/memory/memory-store';
import { captcha, codeCheck, HOUR, MINUTE, reserveSolved } from './requests';

const ROOM = 200;
const guessOf = (client: number) => ({
  ...{ rule: 'guess-hour' as const, subject: { kind: 'client' as const, id: `stranger-${client}` } },
  ...{ cap: 120, lengthMs: HOUR },
});

describe('A store in this process that has room for few entries', () => {
  test('given more strangers than it has room for, when each guesses at a request that is not there, then others still get a captcha and a code', async () => {
    const store = new MemoryStore(() => 0, ROOM);
    for (let i = 0; i < 5 * ROOM; i++) {
      const guess = store.checkCode(codeCheck({ uuid: 'none', guesses: guessOf(i) }));
      expect(await guess).toMatchObject({ status: 'expired' });
    }
    expect(await store.issueCaptcha(captcha())).toEqual({ status: 'ok' });
    expect((await reserveSolved(store, 'mine')).status).toBe('ok');
    expect(await store.checkCode(codeCheck({ uuid: 'mine' }))).toMatchObject({ status: 'ok' });
  });

  test('given room, when one stranger guesses too often, then he is told to wait', async () => {
    const store = new MemoryStore(() => 0, ROOM);
    const guess = () => store.checkCode(codeCheck({ uuid: 'none', guesses: guessOf(1) }));
    for (let i = 0; i < 120; i++) expect(await guess()).toMatchObject({ status: 'expired' });
    expect(await guess()).toEqual({ status: 'refused', waitMs: HOUR });
  });

  test('given a clock that is set back by a year, when captchas expire, then they make room for others', async () => {
    let now = 365 * 24 * HOUR;
    const store = new MemoryStore(() => now, ROOM);
    await store.issueCaptcha(captcha({ uuid: 'before' }));
    now = 0;
    for (let i = 0; i < 5 * ROOM; i++) {
      expect(await store.issueCaptcha(captcha({ uuid: `u${i}`, ttlMs: MINUTE }))).toEqual({ status: 'ok' });
      now += MINUTE;
    }
  });
});
