import { MemoryStore } from '../../src/store/memory/memory-store';
import { StoreUnavailableError } from '../../src/store/store';
import { captcha, cooldown, GUESSES, HOUR, MOBILE, perMinute, reservation, SECOND } from './requests';

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
    await store.reserveSend(reservation());
    const count = await fill();
    expect(count).toBeGreaterThan(MAX - 10);
    expect(store.size).toBeLessThanOrEqual(MAX);
    await expect(issue('more')).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(store.reserveSend(reservation({ windows: [cooldown()] }))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    await expect(store.verifyCode(MOBILE, '000000', GUESSES)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.takeCaptcha('more')).toBeNull();
    for (let i = 0; i < count; i++) expect(await store.takeCaptcha(`fill-${i}`)).toBe('ABCDE');
  });

  test('given it is full, when a captcha is answered, then that is refused without spending it', async () => {
    await fill();
    const captchaOfFill = { uuid: 'fill-0', answer: 'ABCDE' };
    const call = store.reserveSend(reservation({ captcha: captchaOfFill, windows: [cooldown()] }));
    await expect(call).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.takeCaptcha('fill-0')).toBe('ABCDE');
  });

  test('given it is full, when some are taken, then as many more fit', async () => {
    const count = await fill();
    for (let i = 0; i < 20; i++) await store.takeCaptcha(`fill-${i}`);
    for (let i = 0; i < 20; i++) await issue(`new-${i}`);
    await expect(issue('more')).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.takeCaptcha(`fill-${count - 1}`)).toBe('ABCDE');
  });

  test('given it is full, when what it holds expires, then it is in use again', async () => {
    await fill();
    now += 299 * SECOND;
    await expect(issue('early')).rejects.toBeInstanceOf(StoreUnavailableError);
    now += SECOND;
    expect((await issue('later')).status).toBe('ok');
    expect(await store.takeCaptcha('later')).toBe('ABCDE');
  });

  test('given a trickle of calls for a day, when their entries expire, then they are let go', async () => {
    for (let second = 0; second < 24 * 3600; second += 30) {
      await store.issueCaptcha(captcha({ uuid: `u${second}`, windows: [perMinute(60)] }));
      now += 30 * SECOND;
    }
    expect(store.size).toBeLessThan(20);
    now += HOUR;
    await issue('last');
    expect(store.size).toBe(2);
  });

  test('given a limit that is spent, when the store is full, then the limit is not forgotten', async () => {
    const windows = [cooldown()];
    await store.reserveSend(reservation({ windows }));
    const count = await fill();
    for (let i = 0; i < count; i++) await store.takeCaptcha(`fill-${i}`);
    expect((await store.reserveSend(reservation({ windows }))).status).toBe('refused');
  });

  test('given it is closed, when it is looked into, then nothing is left', async () => {
    await issue('a');
    await store.close();
    expect(store.size).toBe(0);
  });
});
