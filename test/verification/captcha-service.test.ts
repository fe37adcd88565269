import { pino } from 'pino';
import { CAPTCHA_LETTERS } from '../../src/captcha/alphabet';
import { LimitRules, type LimitSettings } from '../../src/limits/rules';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { type CaptchaIssue, type CaptchaIssued, StoreUnavailableError } from '../../src/store/store';
import { CaptchaService, type CaptchaSettings } from '../../src/verification/captcha-service';
import type { DomainEvent } from '../../src/verification/events';
import { randomCode } from '../../src/verification/random-code';
import { StoreFailures } from '../../src/verification/store-failures';
import type { LogLine } from '../harness/server-process';

const CLIENT = { id: 'c', network: 'n', parent: 'p' };
const LIMITS = {
  ...{ cooldownMs: 0, perMobileHour: 0, perMobileDay: 0, perClientHour: 0, perNetworkHour: 0, dailyBudget: 0 },
  ...{ captchasPerClientMinute: 2, captchasPerNetworkMinute: 0, maxAttempts: 5, maxFailures: 100 },
  ...{ verificationsPerClientHour: 0, abusePolicy: 'off' },
} satisfies LimitSettings;

class WatchedStore extends MemoryStore {
  fails: Error | undefined;
  readonly issues: CaptchaIssue[] = [];

  override async issueCaptcha(issue: CaptchaIssue): Promise<CaptchaIssued> {
    if (this.fails) throw this.fails;
    this.issues.push(issue);
    return super.issueCaptcha(issue);
  }
}

/** The service with a drawing and a speech that show what they were asked for. */
function open(settings: Partial<CaptchaSettings> = {}, limits: Partial<LimitSettings> = {}) {
  const store = new WatchedStore(() => Date.UTC(2026, 0, 1));
  const events: DomainEvent[] = [];
  const logs: LogLine[] = [];
  const log = pino({ base: undefined }, { write: (line) => void logs.push(JSON.parse(line)) });
  const service = new CaptchaService(
    { ttlMs: 300_000, level: 'auto', ...settings },
    {
      store,
      rules: new LimitRules({ ...LIMITS, ...limits }, 300_000),
      drawing: { draw: (text, level) => Buffer.from(`${text} ${level}`) },
      speech: { speak: (text, language) => Buffer.from(`${text} ${language}`) },
      storeFailures: new StoreFailures(log, () => 0),
      observe: (event) => void events.push(event),
    },
  );
  return { store, events, logs, service };
}

const shown = (uri: string | undefined) => Buffer.from(String(uri).split(',')[1] ?? '', 'base64').toString();

describe('A captcha', () => {
  test('is five letters of the alphabet as a picture, kept with its answer', async () => {
    const { service, store, events } = open();
    const { uuid, image, ...rest } = await service.issue('IMAGE', CLIENT, 'zh');
    expect(rest).toEqual({ reason: 'OK', expiresIn: 300 });
    const answer = String(await store.peekCaptcha(String(uuid)));
    expect(answer).toMatch(new RegExp(`^[${CAPTCHA_LETTERS}]{5}$`));
    expect(image).toMatch(/^data:image\/png;base64,/);
    expect(shown(image)).toBe(`${answer} normal`);
    expect(store.issues).toMatchObject([{ uuid, text: answer, ttlMs: 300_000 }]);
    expect(events).toEqual([{ type: 'captcha-issued', kind: 'IMAGE', level: 'normal' }]);
  });

  test.each(['zh', 'en'] as const)('is six digits as speech, in the language of who asks: %s', async (language) => {
    const { service, store, events } = open();
    const { uuid, audio, ...rest } = await service.issue('AUDIO', CLIENT, language);
    expect(rest).toEqual({ reason: 'OK', expiresIn: 300 });
    const answer = String(await store.peekCaptcha(String(uuid)));
    expect(answer).toMatch(/^\d{6}$/);
    expect(audio).toMatch(/^data:audio\/wav;base64,/);
    expect(shown(audio)).toBe(`${answer} ${language}`);
    expect(events).toMatchObject([{ type: 'captcha-issued', kind: 'AUDIO' }]);
  });

  test.each([
    ['auto', 'normal'],
    ['normal', 'normal'],
    ['hard', 'hard'],
  ] as const)('at level %s is drawn %s, and told so', async (level, drawn) => {
    const { service, events } = open({ level });
    expect(shown((await service.issue('IMAGE', CLIENT, 'zh')).image)).toMatch(new RegExp(` ${drawn}$`));
    const picture = await service.issuePicture('mine', 4, CLIENT);
    expect(String((picture as { picture: Buffer }).picture)).toMatch(new RegExp(` ${drawn}$`));
    expect(events).toEqual(Array(2).fill({ type: 'captcha-issued', kind: 'IMAGE', level: drawn }));
  });

  test('under a name that a page chose has as many letters as it asks for, and takes over none that lives', async () => {
    const { service, store, events } = open();
    expect(await service.issuePicture('mine', 4, CLIENT)).toMatchObject({ reason: 'OK' });
    const answer = await store.peekCaptcha('mine');
    expect(answer).toMatch(new RegExp(`^[${CAPTCHA_LETTERS}]{4}$`));
    expect(await service.issuePicture('mine', 4, CLIENT)).toBe('taken');
    expect(await store.peekCaptcha('mine')).toBe(answer);
    expect(events).toHaveLength(1);
  });

  test('beyond a limit: QUOTA_EXCEEDED with the rule and whole seconds', async () => {
    const { service, events } = open();
    for (let i = 0; i < 2; i++) await service.issue('IMAGE', CLIENT, 'zh');
    expect(await service.issue('IMAGE', CLIENT, 'zh')).toEqual({ reason: 'QUOTA_EXCEEDED', retryAfter: 60 });
    expect(await service.issuePicture('mine', 4, CLIENT)).toEqual({ reason: 'QUOTA_EXCEEDED', retryAfter: 60 });
    expect(events.slice(2)).toEqual(Array(2).fill({ type: 'limit-hit', rule: 'captcha-minute', retryAfter: 60 }));
  });

  test('beyond a limit for less than a second more: the second that has begun is waited for', async () => {
    const { service, store } = open();
    store.issueCaptcha = async () => ({ status: 'refused', limit: 0, waitMs: 59_001 });
    expect(await service.issue('IMAGE', CLIENT, 'zh')).toEqual({ reason: 'QUOTA_EXCEEDED', retryAfter: 60 });
  });

  test('beyond the limit of a network: by its rule', async () => {
    const { service, events } = open({}, { captchasPerNetworkMinute: 2 });
    for (const id of ['a', 'b', 'c']) await service.issue('IMAGE', { ...CLIENT, id }, 'zh');
    expect(events.at(-1)).toEqual({ type: 'limit-hit', rule: 'captcha-network-minute', retryAfter: 60 });
  });

  test('for a trusted device: counted for it alone; once it has had ten, for its address, so that it is no worse off than a stranger', async () => {
    const { service, store, events } = open();
    const ask = async (device?: string) => (await service.issue('IMAGE', CLIENT, 'zh', device)).reason;
    for (let i = 0; i < 12; i++) expect(await ask('d')).toBe('OK');
    expect(store.issues[9]?.limits.map(({ rule }) => rule)).toEqual(['captcha-device-minute']);
    expect(store.issues.at(-1)?.limits[0]?.rule).toBe('captcha-minute');
    // The two of the address are used up as well.
    expect(await ask()).toBe('QUOTA_EXCEEDED');
    expect(await ask('d')).toBe('QUOTA_EXCEEDED');
    expect(events.filter(({ type }) => type === 'captcha-issued')).toHaveLength(12);
    expect(events.filter(({ type }) => type === 'limit-hit')).toMatchObject([
      { rule: 'captcha-minute' },
      { rule: 'captcha-device-minute' },
    ]);
  });

  test('for a trusted device, refused by both: the wait that is over first, with its rule', async () => {
    const { service, store, events } = open();
    const waits = { 'captcha-device-minute': 50_000, 'captcha-minute': 20_000 };
    store.issueCaptcha = async ({ limits: [limit] }) => ({
      ...{ status: 'refused', limit: 0 },
      waitMs: waits[limit?.rule as keyof typeof waits],
    });
    expect(await service.issue('IMAGE', CLIENT, 'zh', 'd')).toEqual({ reason: 'QUOTA_EXCEEDED', retryAfter: 20 });
    expect(events).toEqual([{ type: 'limit-hit', rule: 'captcha-minute', retryAfter: 20 }]);
  });

  test('while the store is gone: SERVICE_UNAVAILABLE, logged', async () => {
    const { service, store, events, logs } = open();
    store.fails = new StoreUnavailableError('gone');
    expect(await service.issue('IMAGE', CLIENT, 'zh')).toEqual({ reason: 'SERVICE_UNAVAILABLE' });
    expect(logs).toMatchObject([{ level: 50, error: 'gone', msg: 'No captcha could be issued: the store failed' }]);
    expect(events).toEqual([]);
    store.fails = new TypeError('a fault of ours');
    await expect(service.issue('IMAGE', CLIENT, 'zh')).rejects.toThrow('a fault of ours');
  });

  test('whose random name is taken is a fault', async () => {
    const { service, store } = open();
    store.issueCaptcha = async () => ({ status: 'taken' });
    await expect(service.issue('IMAGE', CLIENT, 'zh')).rejects.toThrow('issued twice');
  });

  test('uses every letter and digit, at every place', async () => {
    const places = {
      IMAGE: Array.from({ length: 5 }, () => new Set()),
      AUDIO: Array.from({ length: 6 }, () => new Set()),
    };
    const { service, store } = open();
    for (const kind of ['IMAGE', 'AUDIO'] as const)
      for (let n = 0; n < 400; n++) {
        const { uuid } = await service.issue(kind, { ...CLIENT, id: `${kind}${n}` }, 'zh');
        for (const [i, letter] of [...String(await store.peekCaptcha(String(uuid)))].entries())
          places[kind][i]?.add(letter);
      }
    for (const letters of places.IMAGE) expect(letters.size).toBe(CAPTCHA_LETTERS.length);
    for (const digits of places.AUDIO) expect(digits.size).toBe(10);
  });
});

test('A code is six digits, 000000 to 999999, and begins with each of the ten', () => {
  const codes = Array.from({ length: 1_000 }, randomCode);
  for (const code of codes) expect(code).toMatch(/^\d{6}$/);
  expect(new Set(codes.map(([first]) => first)).size).toBe(10);
});
