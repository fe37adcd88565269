import { join } from 'node:path';
import { loadConfig } from '../../src/config/config';
import { SETTINGS } from '../../src/config/settings';
import { problems } from '../harness/setting-problems';
import { DEFAULT_LIMITS } from '../limits/default-limits';

type Environment = Record<string, string | undefined>;

const RONGLIAN = {
  SMS_PROVIDERS: 'ronglian',
  RONGLIAN_ACCOUNT_SID: 'sid',
  RONGLIAN_AUTH_TOKEN: 'token',
  RONGLIAN_APP_ID: 'app',
};
const PRODUCTION = { NODE_ENV: 'production', REDIS_URL: 'redis://cache:6379/0', ...RONGLIAN };

describe('Without any setting', () => {
  test('the defaults of the contract hold', () => {
    expect(loadConfig({})).toMatchObject({
      development: true,
      host: '127.0.0.1',
      port: 4000,
      logLevel: 'info',
      trustProxy: 0,
      corsOrigins: [],
      page: { returnOrigins: [], name: undefined, logoFile: undefined, colour: undefined, privacyUrl: undefined },
      store: { kind: 'memory' },
      sms: expect.objectContaining({ providers: ['console'], timeoutMs: 5000 }),
      smsCode: { codeTtlMs: 300_000, foreignCodes: false },
      captcha: { ttlMs: 300_000, level: 'auto', fontFiles: [] },
      limits: DEFAULT_LIMITS,
      clientHashSecret: expect.any(String),
      trustedDeviceSecret: expect.any(String),
    });
    expect(Object.isFrozen(loadConfig({}))).toBe(true);
  });
});

describe('Settings', () => {
  test('each reaches its place', () => {
    const font = join(__dirname, '../../fonts/challenge-round.ttf');
    const config = loadConfig({
      ...PRODUCTION,
      PORT: '80',
      HOST: '::1',
      LOG_LEVEL: 'trace',
      TRUST_PROXY: '2',
      CORS_ORIGINS: 'https://shop.example, http://localhost:5173',
      REDIS_TIMEOUT_MS: '250',
      SMS_TIMEOUT_MS: '1500',
      RONGLIAN_TEMPLATE_ID: '77',
      RONGLIAN_BASE_URL: 'http://127.0.0.1:9/',
      CAPTCHA_TTL_SECONDS: '10',
      CAPTCHA_LEVEL: 'hard',
      CAPTCHA_FONTS: font,
      SMS_CODE_TTL_SECONDS: '120',
      SMS_COOLDOWN_SECONDS: '30',
      SMS_PER_MOBILE_HOUR: '1',
      SMS_PER_MOBILE_DAY: '2',
      SMS_PER_CLIENT_HOUR: '3',
      CAPTCHA_PER_CLIENT_MINUTE: '4',
      VERIFY_MAX_ATTEMPTS: '6',
      VERIFY_MAX_FAILURES: '7',
      SMS_DAILY_BUDGET: '8',
      SMS_PER_NETWORK_HOUR: '9',
      CAPTCHA_PER_NETWORK_MINUTE: '10',
      VERIFY_PER_CLIENT_HOUR: '11',
      VERIFY_FOREIGN_CODES: 'true',
      ABUSE_POLICY: 'report',
    });
    expect(config).toMatchObject({
      development: false,
      port: 80,
      host: '::1',
      logLevel: 'trace',
      trustProxy: 2,
      corsOrigins: ['https://shop.example', 'http://localhost:5173'],
      store: { kind: 'redis', target: { kind: 'single', url: 'redis://cache:6379/0' }, timeoutMs: 250 },
      sms: {
        providers: ['ronglian'],
        timeoutMs: 1500,
        ronglian: {
          accountSid: 'sid',
          authToken: 'token',
          appId: 'app',
          templateId: '77',
          baseUrl: 'http://127.0.0.1:9',
        },
      },
      smsCode: { codeTtlMs: 120_000, foreignCodes: true },
      captcha: { ttlMs: 10_000, level: 'hard', fontFiles: [font] },
      limits: {
        cooldownMs: 30_000,
        perMobileHour: 1,
        perMobileDay: 2,
        perClientHour: 3,
        captchasPerClientMinute: 4,
        dailyBudget: 8,
        maxAttempts: 6,
        maxFailures: 7,
        perNetworkHour: 9,
        captchasPerNetworkMinute: 10,
        verificationsPerClientHour: 11,
        abusePolicy: 'report',
      },
    });
  });

  test('0 turns a limit off', () => {
    const names = Object.keys(SETTINGS).filter((name) => /_PER_|VERIFY_MAX|BUDGET$|COOLDOWN/.test(name));
    const { limits } = loadConfig(Object.fromEntries(names.map((name) => [name, '0'])));
    expect(names).toHaveLength(11);
    expect(limits).toEqual({
      ...Object.fromEntries(Object.keys(limits).map((name) => [name, 0])),
      abusePolicy: 'enforce',
    });
  });

  test('a blank one counts as absent', () => {
    expect(loadConfig({ PORT: ' ', REDIS_URL: '', SMS_PROVIDERS: '' })).toEqual({
      ...loadConfig({}),
      clientHashSecret: expect.any(String),
      trustedDeviceSecret: expect.any(String),
    });
  });

  test('blanks around one, such as the line break of a file that it was read from, count for nothing', () => {
    const { port, clientHashSecret, trustProxy, store } = loadConfig({
      ...{ PORT: ' 80 ', TRUST_PROXY: '1\r\n', CLIENT_HASH_SECRET: 'hunter2\n', REDIS_URL: '\tredis://a:1\n' },
    });
    expect({ port, clientHashSecret, trustProxy }).toEqual({ port: 80, clientHashSecret: 'hunter2', trustProxy: 1 });
    expect(store).toMatchObject({ target: { url: 'redis://a:1' } });
  });

  test('several Redis URLs are a cluster; redis+sentinel is a sentinel set', () => {
    expect(loadConfig({ REDIS_URL: 'redis://a:1,redis://b:2' }).store).toMatchObject({
      target: { kind: 'cluster', urls: ['redis://a:1', 'redis://b:2'] },
    });
    const sentinels = [{ host: 'a', port: 1 }].concat({ host: 'b', port: 26_379 });
    expect(loadConfig({ REDIS_URL: 'redis+sentinel://a:1,b/mymaster' }).store).toMatchObject({
      target: { kind: 'sentinel', sentinels, name: 'mymaster' },
    });
  });
});

describe('Bad settings', () => {
  test.each<[string, Environment, string]>([
    ['no number', { PORT: 'x' }, 'PORT must be a whole number from 0 to 65535, not "x"'],
    ['a fraction', { SMS_TIMEOUT_MS: '1.5' }, 'SMS_TIMEOUT_MS must be a whole number from 10 to 60000, not "1.5"'],
    ['hexadecimal', { PORT: '0x10' }, 'PORT must be a whole number from 0 to 65535, not "0x10"'],
    ['a negative number', { TRUST_PROXY: '-1' }, 'TRUST_PROXY must be a whole number from 0 to 16, not "-1"'],
    [
      'a lifetime of nothing',
      { CAPTCHA_TTL_SECONDS: '0' },
      'CAPTCHA_TTL_SECONDS must be a whole number from 1 to 86400, not "0"',
    ],
    [
      'a code that lives for more than ten minutes',
      { SMS_CODE_TTL_SECONDS: '601' },
      'SMS_CODE_TTL_SECONDS must be a whole number from 1 to 600, not "601"',
    ],
    ['an unknown word', { NODE_ENV: 'prod' }, 'NODE_ENV must be one of development, production, test, not "prod"'],
    ['an unknown store', { STORE: 'disk' }, 'STORE must be one of memory, not "disk"'],
    [
      'an unknown sender',
      { SMS_PROVIDERS: 'console,pigeon' },
      'SMS_PROVIDERS must be one of console, ronglian, aliyun, tencent, webhook, twilio, aliyun-auth, not "pigeon"',
    ],
    [
      'console beside a provider',
      { ...RONGLIAN, SMS_PROVIDERS: 'ronglian,console' },
      'SMS_PROVIDERS: console stands alone or not at all',
    ],
    ['a sender twice', { ...RONGLIAN, SMS_PROVIDERS: 'ronglian,ronglian' }, 'SMS_PROVIDERS names a sender twice'],
    [
      'a store twice',
      { STORE: 'memory', REDIS_URL: 'redis://a' },
      'STORE=memory contradicts REDIS_URL: set one of them',
    ],
    [
      'an origin with a path',
      { CORS_ORIGINS: 'https://shop.example/' },
      'CORS_ORIGINS must hold origins such as https://shop.example, not "https://shop.example/"',
    ],
    [
      'an origin with a login, which is not repeated',
      { CORS_ORIGINS: 'https://user:hunter2@shop.example' },
      'CORS_ORIGINS must hold origins such as https://shop.example, not "https://…@shop.example"',
    ],
    ['no URL', { RONGLIAN_BASE_URL: 'app.cloopen.com' }, 'RONGLIAN_BASE_URL must be an http:// or https:// URL'],
    ...['RONGLIAN_BASE_URL', 'TWILIO_BASE_URL', 'RECEIPTS_URL'].flatMap((name): [string, Environment, string][] => [
      ['a query', { [name]: 'https://sms.example?key=1' }, `${name} must have no ? and no #: paths are put behind it`],
      ['a fragment', { [name]: 'https://sms.example/#a' }, `${name} must have no ? and no #: paths are put behind it`],
    ]),
    ...['ALIYUN_ENDPOINT', 'ALIYUN_AUTH_ENDPOINT', 'TENCENT_ENDPOINT'].flatMap(
      (name): [string, Environment, string][] =>
        ['ftp://sms.example', 'https://', 'a b', ':443'].map((value) => [
          'no endpoint',
          { [name]: value },
          `${name} must be a host, with a port or without, or an https:// or http:// URL`,
        ]),
    ),
    ...['img:', 'shop1:img:'].map((REDIS_KEY_PREFIX): [string, Environment, string] => [
      'a prefix below the captchas of another shop, which strangers name',
      { REDIS_KEY_PREFIX },
      'REDIS_KEY_PREFIX must not hold img:, below which strangers name the captchas of another shop',
    ]),
    ...['{shop}:', 'a}b:'].map((REDIS_KEY_PREFIX): [string, Environment, string] => [
      'braces',
      { REDIS_KEY_PREFIX },
      'REDIS_KEY_PREFIX must have no { and no }: they decide where a cluster keeps a key',
    ]),
    [
      'a font that is not there',
      { CAPTCHA_FONTS: '/no/such.ttf' },
      'CAPTCHA_FONTS names a file that cannot be read: /no/such.ttf',
    ],
    [
      'a font that is none',
      { CAPTCHA_FONTS: join(__dirname, '../../package.json') },
      expect.stringMatching(/^CAPTCHA_FONTS can't be used: Captcha font .*package\.json cannot be read: [^\n]+$/),
    ],
  ])('%s', (_, environment, problem) => {
    expect(problems(environment)).toEqual([problem]);
  });

  test.each([
    'http://a',
    'redis://',
    'redis://user:hunter2@',
    'localhost:6379',
    'redis+sentinel://:hunter2@a:1',
    'redis://a,hunter2',
  ])('REDIS_URL=%s is refused and not repeated: it may hold a password', (url) => {
    const [problem, ...more] = problems({ REDIS_URL: url });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^REDIS_URL /);
    expect(problem).not.toContain('hunter2');
  });

  test('all of them are told at once', () => {
    const names = problems({ PORT: 'x', STORE: 'x', TRUST_PROXY: 'x', SMS_PROVIDERS: 'ronglian', NODE_ENV: 'x' }).map(
      (problem) => problem.split(' ')[0],
    );
    expect(names.sort()).toEqual([
      'NODE_ENV',
      'PORT',
      'RONGLIAN_ACCOUNT_SID',
      'RONGLIAN_APP_ID',
      'RONGLIAN_AUTH_TOKEN',
      'STORE',
      'TRUST_PROXY',
    ]);
  });

  test.each([
    ['ronglian', ['RONGLIAN_ACCOUNT_SID', 'RONGLIAN_AUTH_TOKEN', 'RONGLIAN_APP_ID']],
    ['aliyun', ['ALIYUN_ACCESS_KEY_ID', 'ALIYUN_ACCESS_KEY_SECRET', 'ALIYUN_SIGN_NAME', 'ALIYUN_TEMPLATE_CODE']],
    [
      'tencent',
      ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY', 'TENCENT_SDK_APP_ID', 'TENCENT_SIGN_NAME', 'TENCENT_TEMPLATE_ID'],
    ],
    ['webhook', ['WEBHOOK_URL', 'WEBHOOK_SECRET']],
    [
      'aliyun-auth',
      ['ALIYUN_ACCESS_KEY_ID', 'ALIYUN_ACCESS_KEY_SECRET', 'ALIYUN_AUTH_SIGN_NAME', 'ALIYUN_AUTH_TEMPLATE_CODE'],
    ],
  ])('%s without its account: what is missing is named', (provider, names) => {
    expect(problems({ SMS_PROVIDERS: provider })).toEqual(
      names.map((name) => `${name} is missing: SMS_PROVIDERS names ${provider}`),
    );
  });
});

describe('Production', () => {
  test('with Redis and a provider it starts', () => {
    expect(problems(PRODUCTION)).toEqual([]);
  });

  test.each([
    ['REDIS_URL', 'in-process store', 'STORE', 'memory'],
    ['SMS_PROVIDERS', 'console sender', 'SMS_PROVIDERS', 'console'],
  ])('without %s refuses the %s unless it is named', (absent, what, name, value) => {
    const rest = { ...PRODUCTION, [absent]: undefined };
    expect(problems(rest)).toEqual([
      `${absent} is missing: in production the ${what} must be asked for with ${name}=${value}`,
    ]);
    expect(problems({ ...rest, [name]: value })).toEqual([]);
  });
});
