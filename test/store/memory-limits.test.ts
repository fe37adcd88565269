import { allowanceRule } from '../../src/limits/allowances';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { StoreUnavailableError } from '../../src/store/store';
import {
  captcha,
  codeCheck,
  cooldown,
  HOUR,
  hourly,
  perMinute,
  reservation,
  reserveSolved,
  SECOND,
  WRONG,
} from './requests';

const MAX = 100;

describe('the memory of the store in this process', () => {
  let now: number;
  let store: MemoryStore;
  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
    store = new MemoryStore(() => now, MAX);
  });

  const issue = (uuid: string) => store.issueCaptcha(captcha({ uuid }));
  /** Issues captchas until it refuses; answers how many there are. */
  const fill = async () => {
    for (let count = 0; ; count++) {
      try {
        await issue(`fill-${count}`);
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailableError);
        return count;
      }
    }
  };

  test('given live entries only, when it is full, then it refuses what would need more, and holds what it has', async () => {
    await reserveSolved(store, 'sent');
    const count = await fill();
    expect(count).toBeGreaterThan(MAX - 10);
    expect(store.size).toBeLessThanOrEqual(MAX);
    await expect(issue('more')).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(
      store.reserveSend(reservation({ captcha: { uuid: 'fill-0', answer: 'ABCDE' }, limits: [cooldown()] })),
    ).rejects.toBeInstanceOf(StoreUnavailableError);
    // Neither a wrong code nor the right one: a guess that can't be counted is not compared.
    for (const code of [WRONG, '135790']) {
      const check = store.checkCode(codeCheck({ uuid: 'sent', code }));
      await expect(check).rejects.toBeInstanceOf(StoreUnavailableError);
    }
    expect(await store.peekCaptcha('more')).toBeNull();
    for (let i = 0; i < count; i++) expect(await store.peekCaptcha(`fill-${i}`)).toBe('ABCDE');
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'given sends that owe something, beside %d captchas, when they fill it, then it never holds more than it may',
    async (others) => {
      for (let i = 0; i < others; i++) await issue(`other-${i}`);
      const rule = allowanceRule(10_000, 20);
      const send = (n: number) => {
        const allowance = {
          rule,
          mode: 'report' as const,
          client: `c${n}`,
          network: `n${n}`,
          parent: `p${n}`,
          person: '',
        };
        const mobile = String(13_800_000_000 + n);
        return reserveSolved(store, `sent-${n}`, { mobile, limits: [cooldown(mobile)], allowance });
      };
      let error: unknown;
      for (let n = 0; error === undefined; n++) {
        await send(n).catch((reason) => {
          error = reason;
        });
        expect(store.size).toBeLessThanOrEqual(MAX);
      }
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(store.size).toBeGreaterThan(MAX / 2);
    },
  );

  test('given it is full, when a captcha is answered, then that is refused without spending it', async () => {
    await fill();
    const captchaOfFill = { uuid: 'fill-0', answer: 'ABCDE' };
    const call = store.reserveSend(reservation({ captcha: captchaOfFill, limits: [cooldown()] }));
    await expect(call).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.peekCaptcha('fill-0')).toBe('ABCDE');
  });

  test('given it is full, when what it holds expires, then it is in use again', async () => {
    await fill();
    now += 299 * SECOND;
    await expect(issue('early')).rejects.toBeInstanceOf(StoreUnavailableError);
    now += SECOND;
    expect((await issue('later')).status).toBe('ok');
    expect(await store.peekCaptcha('later')).toBe('ABCDE');
  });

  test('given a trickle of calls for a day, when their entries expire, then they are let go', async () => {
    for (let second = 0; second < 24 * 3600; second += 30) {
      await store.issueCaptcha(captcha({ uuid: `u${second}`, limits: [perMinute(60)] }));
      now += 30 * SECOND;
    }
    expect(store.size).toBeLessThan(20);
    now += HOUR;
    await issue('last');
    expect(store.size).toBe(1);
  });

  test('given a limit that is spent, when the store was full meanwhile, then the limit is not forgotten', async () => {
    const limits = [hourly(1)];
    await reserveSolved(store, 'sent', { limits });
    await fill();
    now += 300 * SECOND;
    expect((await reserveSolved(store, 'again', { limits })).status).toBe('refused');
  });

  test('given it is closed, when it is looked into, then nothing is left', async () => {
    await issue('a');
    await store.close();
    expect(store.size).toBe(0);
  });
});
