import { loadConfig } from '../../src/config/config';
import { problems } from '../harness/setting-problems';
import { ALIYUN, NEXT_SECRET, RONGLIAN, SECRET, TENCENT, TWILIO, WEBHOOK } from './provider-accounts';

describe('Settings of the providers', () => {
  test('each reaches its place', () => {
    const { sms } = loadConfig({
      ...{ ...WEBHOOK, ...TWILIO, ...ALIYUN, ...TENCENT },
      SMS_PROVIDERS: 'twilio,webhook,aliyun-auth,tencent',
      WEBHOOK_SECRET: `${SECRET}, ${NEXT_SECRET}`,
      TWILIO_MESSAGING_SERVICE_SID: 'MG1',
      TWILIO_BASE_URL: 'https://api.dublin.ie1.twilio.com/',
      ALIYUN_AUTH_SIGN_NAME: '速通互联验证码',
      ALIYUN_AUTH_TEMPLATE_CODE: '100001',
      ALIYUN_AUTH_ENDPOINT: 'auth.example',
      ALIYUN_ENDPOINT: 'sms.example',
      TENCENT_REGION: 'ap-singapore',
      TENCENT_ENDPOINT: 'tencent.example',
    });
    expect(sms).toMatchObject({
      providers: ['twilio', 'webhook', 'aliyun-auth', 'tencent'],
      webhook: { url: 'https://shop.example/sms', secrets: [SECRET, NEXT_SECRET] },
      twilio: {
        accountSid: 'AC1',
        authToken: 'twilio-token',
        sender: { messagingServiceSid: 'MG1' },
        baseUrl: 'https://api.dublin.ie1.twilio.com',
      },
      aliyun: { endpoint: 'sms.example' },
      aliyunAuth: {
        ...{ accessKeyId: 'id', accessKeySecret: 'aliyun-secret', signName: '速通互联验证码' },
        ...{ templateCode: '100001', endpoint: 'auth.example' },
      },
      tencent: { region: 'ap-singapore', endpoint: 'tencent.example', secretKey: 'tencent-secret' },
    });
    expect(loadConfig({ ...TWILIO, TWILIO_FROM: '+15005550006' }).sms.twilio).toMatchObject({
      sender: { from: '+15005550006' },
      baseUrl: 'https://api.twilio.com',
    });
  });

  test.each(['RONGLIAN', 'ALIYUN', 'ALIYUN_AUTH', 'TENCENT'])(
    '%s_TEMPLATES: a template for each purpose named',
    (name) => {
      const { sms } = loadConfig({ [`${name}_TEMPLATES`]: 'LOGIN : 1234, RESET_PASSWORD:SMS_1:2,' });
      const key = { RONGLIAN: 'ronglian', ALIYUN: 'aliyun', ALIYUN_AUTH: 'aliyunAuth', TENCENT: 'tencent' }[name];
      expect(sms).toMatchObject({ [String(key)]: { templates: { LOGIN: '1234', RESET_PASSWORD: 'SMS_1:2' } } });
      expect(problems({ [`${name}_TEMPLATES`]: 'LOGON:1234' })).toEqual([
        `${name}_TEMPLATES names the unknown purpose "LOGON": there are REGISTER, LOGIN, RESET_PASSWORD, CHANGE_MOBILE, CONFIRM_PAYMENT, GENERIC`,
      ]);
      expect(problems({ [`${name}_TEMPLATES`]: 'LOGIN:' })).toEqual([
        `${name}_TEMPLATES has no template for LOGIN: write LOGIN:template`,
      ]);
      expect(problems({ [`${name}_TEMPLATES`]: 'LOGIN:1,LOGIN:2' })).toEqual([`${name}_TEMPLATES names LOGIN twice`]);
    },
  );

  test.each(['http://shop.example/sms', 'http://127.0.0.1.shop.example/', 'http://[::2]/', 'ftp://localhost/', 'x'])(
    'WEBHOOK_URL=%s would carry codes in the clear, or nowhere: refused',
    (WEBHOOK_URL) => {
      expect(problems({ ...WEBHOOK, WEBHOOK_URL })).toEqual([expect.stringMatching(/^WEBHOOK_URL must be an http/)]);
    },
  );

  test.each(['http://localhost:3000/sms', 'http://127.0.0.1:1', 'http://[::1]:3000/', 'https://shop.example'])(
    'WEBHOOK_URL=%s is taken',
    (WEBHOOK_URL) => {
      expect(problems({ ...WEBHOOK, WEBHOOK_URL })).toEqual([]);
    },
  );

  test('TWILIO_BASE_URL is no place where the account could be read on the way', () => {
    expect(problems({ TWILIO_BASE_URL: 'http://twilio.example' })).toEqual([
      'TWILIO_BASE_URL must be an https:// URL; http:// is for this machine only',
    ]);
  });

  test('a base URL ends without a slash, however many stood there', () => {
    const { ronglian } = loadConfig({ RONGLIAN_BASE_URL: 'https://sms.example/v1//' }).sms;
    expect(ronglian?.baseUrl).toBe('https://sms.example/v1');
  });

  test('a bad WEBHOOK_SECRET is told once and not repeated', () => {
    const [problem, ...more] = problems({ ...WEBHOOK, WEBHOOK_SECRET: 'whsec_hunter2' });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^WEBHOOK_SECRET must be whsec_ and/);
    expect(problem).not.toContain('hunter2');
  });

  const ofBytes = (length: number) => `whsec_${Buffer.alloc(length, 7).toString('base64')}`;

  test.each([24, 25, 26, 64].map(ofBytes))('WEBHOOK_SECRET=%s is taken', (WEBHOOK_SECRET) => {
    expect(problems({ ...WEBHOOK, WEBHOOK_SECRET })).toEqual([]);
  });

  test.each([
    ['another prefix', SECRET.replace('whsec_', 'whsex_')],
    ['23 bytes', ofBytes(23)],
    ['65 bytes', ofBytes(65)],
    ['base64 that lacks its last character', SECRET.slice(0, -1)],
    ['base64 that lacks half of its padding', ofBytes(25).slice(0, -1)],
    ['a character that base64 does not have, first', SECRET.replace('whsec_', 'whsec_*').slice(0, -1)],
    ['a character that base64 does not have, last', `${SECRET.slice(0, -1)}*`],
  ])('WEBHOOK_SECRET with %s is refused', (_, WEBHOOK_SECRET) => {
    expect(problems({ ...WEBHOOK, WEBHOOK_SECRET })).toEqual([
      expect.stringMatching(/^WEBHOOK_SECRET must be whsec_ /),
    ]);
  });

  test('twilio needs a sender, and one only', () => {
    expect(problems(TWILIO)).toEqual([
      'TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is missing: SMS_PROVIDERS names twilio',
    ]);
    expect(problems({ ...TWILIO, TWILIO_FROM: '+1', TWILIO_MESSAGING_SERVICE_SID: 'MG1' })).toEqual([
      'TWILIO_FROM contradicts TWILIO_MESSAGING_SERVICE_SID: set one of them',
    ]);
  });
});

describe('Numbers for tests', () => {
  const TEST_NUMBERS = '13800000000:246810, 13900000000:000000';
  const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', ...RONGLIAN };

  test('have fixed codes outside of production', () => {
    expect(loadConfig({ TEST_NUMBERS }).sms.testNumbers).toEqual([
      { mobile: '13800000000', code: '246810' },
      { mobile: '13900000000', code: '000000' },
    ]);
    expect(loadConfig({ TEST_NUMBERS }).warnings).toEqual([]);
    expect(loadConfig({}).sms.testNumbers).toEqual([]);
  });

  test('end the start in production, unless they are allowed: then each start warns', () => {
    expect(problems({ ...PRODUCTION, TEST_NUMBERS })).toEqual([
      'TEST_NUMBERS have fixed codes: production takes them only with ALLOW_TEST_NUMBERS=true',
    ]);
    for (const [count, numbers] of [TEST_NUMBERS.split(',', 1).join(), TEST_NUMBERS].entries()) {
      const { warnings } = loadConfig({ ...PRODUCTION, TEST_NUMBERS: numbers, ALLOW_TEST_NUMBERS: 'true' });
      expect(warnings).toEqual([expect.stringContaining(`fixed codes to this many numbers: ${count + 1};`)]);
      expect(warnings.join()).not.toMatch(/246810|138/);
    }
  });

  test.each(['13800000000', '13800000000:24681', '23800000000:246810', '13800000000:24681O'])('%s is none', (text) => {
    expect(problems({ TEST_NUMBERS: text })).toEqual([
      'TEST_NUMBERS must hold numbers with six-digit codes, such as 13800000000:246810',
    ]);
  });
});

describe('Countries', () => {
  const abroad = { ...WEBHOOK, SMS_COUNTRIES: 'CN,HK,SG' };

  test('absent: the mainland alone, and the settings of before', () => {
    const { sms } = loadConfig({});
    expect(sms.countries).toEqual(['CN']);
    expect(sms.byCountry).toBeUndefined();
  });

  test('every provider serves every country, unless SMS_PROVIDERS_BY_COUNTRY says who serves which', () => {
    expect(loadConfig(abroad).sms).toMatchObject({ countries: ['CN', 'HK', 'SG'], providers: ['webhook'] });
    const { sms } = loadConfig({
      ...{ ...ALIYUN, ...TENCENT, ...TWILIO },
      SMS_PROVIDERS: undefined,
      ALIYUN_SIGN_NAME: '美多商城',
      ALIYUN_TEMPLATE_CODE: 'SMS_1',
      TWILIO_FROM: '+15005550006',
      SMS_COUNTRIES: 'CN, HK, SG',
      SMS_PROVIDERS_BY_COUNTRY: 'CN: aliyun, tencent; *: twilio',
    });
    expect(sms.providers).toEqual(['aliyun', 'tencent', 'twilio']);
    expect(sms.byCountry).toEqual({ CN: ['aliyun', 'tencent'], HK: ['twilio'], SG: ['twilio'] });
  });

  test('what cannot be is told, all at once', () => {
    expect(
      problems({
        SMS_COUNTRIES: 'CN,HK,SG,TW',
        SMS_PROVIDERS: 'console',
        SMS_PROVIDERS_BY_COUNTRY: 'CN:console;HK:console,console;SG:webhook;US:twilio',
        SMS_COUNTRY_BUDGETS: 'HK:500,JP:1',
      }),
    ).toEqual([
      'SMS_PROVIDERS contradicts SMS_PROVIDERS_BY_COUNTRY: set one of them',
      'SMS_PROVIDERS_BY_COUNTRY names a sender twice',
      'SMS_PROVIDERS_BY_COUNTRY: console stands alone or not at all',
      'SMS_PROVIDERS_BY_COUNTRY names US, which SMS_COUNTRIES does not',
      'SMS_PROVIDERS_BY_COUNTRY names no provider for TW, and has no *',
      'SMS_COUNTRY_BUDGETS names JP, which SMS_COUNTRIES does not',
      'WEBHOOK_URL is missing: SMS_PROVIDERS_BY_COUNTRY names webhook',
      'WEBHOOK_SECRET is missing: SMS_PROVIDERS_BY_COUNTRY names webhook',
      'TWILIO_ACCOUNT_SID is missing: SMS_PROVIDERS_BY_COUNTRY names twilio',
      'TWILIO_AUTH_TOKEN is missing: SMS_PROVIDERS_BY_COUNTRY names twilio',
      'TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is missing: SMS_PROVIDERS_BY_COUNTRY names twilio',
    ]);
  });

  test.each(['ronglian', 'aliyun', 'aliyun-auth', 'tencent'])('%s is refused for a country abroad', (provider) => {
    const told = `${provider} sends to mainland numbers only: name another provider for HK in SMS_PROVIDERS_BY_COUNTRY`;
    expect(problems({ SMS_COUNTRIES: 'CN,HK', SMS_PROVIDERS: provider })).toContain(told);
    const byCountry = { SMS_COUNTRIES: 'CN,HK', SMS_PROVIDERS_BY_COUNTRY: `CN:${provider};*:${provider}` };
    expect(problems(byCountry)).toContain(told);
  });

  test.each([
    ['SMS_COUNTRIES', 'cn', 'must hold countries such as CN, HK, not "cn"'],
    ['SMS_COUNTRIES', ',', 'names no country: the mainland is CN'],
    ['SMS_COUNTRIES', 'CN,XX', 'names XX, which is no country that has numbers'],
    ['SMS_COUNTRY_BUDGETS', 'HK', 'must be written like HK:500,SG:200, not "HK"'],
    ['SMS_COUNTRY_BUDGETS', 'HK:0', 'must hold budgets of 1 or more, not "0"'],
    ['SMS_COUNTRY_BUDGETS', 'HK:1,HK:2', 'names HK twice'],
    ['SMS_PROVIDERS_BY_COUNTRY', 'CN:alyun', expect.stringMatching(/^must be one of console, .*, not "alyun"$/)],
    ['SMS_PROVIDERS_BY_COUNTRY', ';', 'must be written like CN:aliyun;*:twilio'],
  ])('%s=%s is told', (name, value, told) => {
    const [problem = ''] = problems({ ...WEBHOOK, SMS_COUNTRIES: 'CN,HK', [name]: value });
    expect(problem.slice(0, name.length + 1)).toBe(`${name} `);
    expect(problem.slice(name.length + 1)).toEqual(told);
  });

  test('numbers for tests are of these countries too', () => {
    const { sms } = loadConfig({ ...abroad, TEST_NUMBERS: '+85291234567:246810,+8613800000000:246811' });
    expect(sms.testNumbers).toEqual([
      { mobile: '+85291234567', code: '246810' },
      { mobile: '13800000000', code: '246811' },
    ]);
    expect(problems({ ...abroad, TEST_NUMBERS: '+13105551234:246810' })).toEqual([
      'TEST_NUMBERS holds a number that is no mobile number of SMS_COUNTRIES',
    ]);
  });

  test('a country abroad without a budget is a warning', () => {
    expect(loadConfig({ ...abroad, SMS_COUNTRY_BUDGETS: 'SG:10' }).warnings).toEqual([
      'SMS_COUNTRY_BUDGETS names no budget for HK: fraud there can use up all of SMS_DAILY_BUDGET',
    ]);
    expect(loadConfig({ ...abroad, SMS_COUNTRY_BUDGETS: 'SG:10,HK:10' }).warnings).toEqual([]);
  });

  test('ORIGINAL_API needs the mainland', () => {
    expect(problems({ ...WEBHOOK, SMS_COUNTRIES: 'HK', ORIGINAL_API: 'table' })).toEqual([
      'ORIGINAL_API answers for mainland numbers alone, and SMS_COUNTRIES does not name CN',
    ]);
  });
});
