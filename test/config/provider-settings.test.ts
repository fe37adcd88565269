import { ConfigError, loadConfig } from '../../src/config/config';

type Environment = Record<string, string | undefined>;

/** The problems of a start with these settings, one line each. */
function problems(environment: Environment): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const RONGLIAN = {
  SMS_PROVIDERS: 'ronglian',
  RONGLIAN_ACCOUNT_SID: 'sid',
  RONGLIAN_AUTH_TOKEN: 'ronglian-token',
  RONGLIAN_APP_ID: 'app',
};
const ALIYUN = { ALIYUN_ACCESS_KEY_ID: 'id', ALIYUN_ACCESS_KEY_SECRET: 'aliyun-secret' };
const TENCENT = {
  TENCENT_SECRET_ID: 'id',
  TENCENT_SECRET_KEY: 'tencent-secret',
  TENCENT_SDK_APP_ID: '1400006666',
  TENCENT_SIGN_NAME: '美多商城',
  TENCENT_TEMPLATE_ID: '449739',
};
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEXT_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const WEBHOOK = { SMS_PROVIDERS: 'webhook', WEBHOOK_URL: 'https://shop.example/sms', WEBHOOK_SECRET: SECRET };
const TWILIO = { SMS_PROVIDERS: 'twilio', TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'twilio-token' };

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
      const { sms } = loadConfig({ [`${name}_TEMPLATES`]: 'LOGIN:1234, RESET_PASSWORD:SMS_1:2,' });
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

  test('a bad WEBHOOK_SECRET is told once and not repeated', () => {
    const [problem, ...more] = problems({ ...WEBHOOK, WEBHOOK_SECRET: 'whsec_hunter2' });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^WEBHOOK_SECRET must be whsec_ and/);
    expect(problem).not.toContain('hunter2');
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
    expect(loadConfig({}).sms.testNumbers).toEqual([]);
  });

  test('end the start in production, unless they are allowed: then each start warns', () => {
    expect(problems({ ...PRODUCTION, TEST_NUMBERS })).toEqual([
      'TEST_NUMBERS have fixed codes: production takes them only with ALLOW_TEST_NUMBERS=true',
    ]);
    const { warnings } = loadConfig({ ...PRODUCTION, TEST_NUMBERS, ALLOW_TEST_NUMBERS: 'true' });
    expect(warnings).toEqual([expect.stringMatching(/^TEST_NUMBERS: 2 numbers have fixed codes/)]);
    expect(warnings.join()).not.toContain('246810');
  });

  test.each(['13800000000', '13800000000:24681', '23800000000:246810', '13800000000:24681O'])('%s is none', (text) => {
    expect(problems({ TEST_NUMBERS: text })).toEqual([
      'TEST_NUMBERS must hold numbers with six-digit codes, such as 13800000000:246810',
    ]);
  });
});

describe('The key of client hashes', () => {
  const BOTH = { ...RONGLIAN, ...ALIYUN, ALIYUN_SIGN_NAME: '美多商城', ALIYUN_TEMPLATE_CODE: 'SMS_1' };
  const key = (environment: Environment) => loadConfig(environment).clientHashSecret;

  test('is the one that is set', () => {
    expect(key({ ...RONGLIAN, CLIENT_HASH_SECRET: 'own' })).toBe('own');
  });

  test('is the same whatever the order of the providers', () => {
    const [first, second] = ['ronglian,aliyun', 'aliyun,ronglian'].map((SMS_PROVIDERS) =>
      key({ ...BOTH, SMS_PROVIDERS }),
    );
    expect(first).toBe(second);
  });

  test('comes from secrets alone, and is none of them', () => {
    expect(key(RONGLIAN)).not.toContain('ronglian-token');
    expect(key({ ...RONGLIAN, RONGLIAN_ACCOUNT_SID: 'other', RONGLIAN_APP_ID: 'other' })).toBe(key(RONGLIAN));
    expect(key({ ...RONGLIAN, RONGLIAN_AUTH_TOKEN: 'other' })).not.toBe(key(RONGLIAN));
  });

  test.each<Environment>([{}, { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' }])(
    'with the console sender it is random, and in no source code: %j',
    (environment) => {
      expect(key(environment)).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      expect(key(environment)).not.toBe(key(environment));
    },
  );
});
