import { loadConfig } from '../../src/config/config';
import { ALIYUN, NEXT_SECRET, RONGLIAN, SECRET, TENCENT, TWILIO, WEBHOOK } from './provider-accounts';

type Environment = Record<string, string | undefined>;

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

  test('is the same for an account that two providers share, as for one of them', () => {
    const both = { ...ALIYUN, ...OF_ALIYUN, ...OF_ALIYUN_AUTH };
    expect(key({ ...both, SMS_PROVIDERS: 'aliyun,aliyun-auth' })).toBe(key({ ...both, SMS_PROVIDERS: 'aliyun' }));
  });

  test('is the same while the secrets of a webhook change places, server by server', () => {
    const [before, after] = [`${SECRET},${NEXT_SECRET}`, `${NEXT_SECRET},${SECRET}`];
    expect(key({ ...WEBHOOK, WEBHOOK_SECRET: after })).toBe(key({ ...WEBHOOK, WEBHOOK_SECRET: before }));
  });

  test('is known to other processes where it is set or has a secret to come from', () => {
    const isRandom = (environment: Environment) => loadConfig(environment).clientHashIsRandom;
    expect(isRandom({})).toBe(true);
    expect(isRandom({ CLIENT_HASH_SECRET: 'own' })).toBe(false);
    expect(isRandom(RONGLIAN)).toBe(false);
  });

  const OF_ALIYUN = { ...ALIYUN, ALIYUN_SIGN_NAME: 'shop', ALIYUN_TEMPLATE_CODE: 'SMS_1' };
  const OF_ALIYUN_AUTH = { ...ALIYUN, ALIYUN_AUTH_SIGN_NAME: 'shop', ALIYUN_AUTH_TEMPLATE_CODE: '1' };
  test.each<[string, Environment, Environment, Environment]>([
    [
      'ronglian',
      RONGLIAN,
      { RONGLIAN_AUTH_TOKEN: 'other' },
      { RONGLIAN_ACCOUNT_SID: 'other', RONGLIAN_APP_ID: 'other' },
    ],
    ['aliyun', OF_ALIYUN, { ALIYUN_ACCESS_KEY_SECRET: 'other' }, { ALIYUN_ACCESS_KEY_ID: 'other' }],
    ['aliyun-auth', OF_ALIYUN_AUTH, { ALIYUN_ACCESS_KEY_SECRET: 'other' }, { ALIYUN_ACCESS_KEY_ID: 'other' }],
    ['tencent', TENCENT, { TENCENT_SECRET_KEY: 'other' }, { TENCENT_SECRET_ID: 'other', TENCENT_SDK_APP_ID: '1' }],
    ['webhook', WEBHOOK, { WEBHOOK_SECRET: NEXT_SECRET }, { WEBHOOK_URL: 'https://other.example/sms' }],
    [
      'twilio',
      { ...TWILIO, TWILIO_FROM: '+15005550006' },
      { TWILIO_AUTH_TOKEN: 'other' },
      { TWILIO_ACCOUNT_SID: 'AC2', TWILIO_FROM: '+15005550007' },
    ],
  ])('of %s comes from its secret alone, and is not it', (SMS_PROVIDERS, settings, secret, others) => {
    const own = { ...settings, SMS_PROVIDERS };
    for (const value of Object.values(settings)) expect(key(own)).not.toContain(value);
    expect(key({ ...own, ...others })).toBe(key(own));
    expect(key({ ...own, ...secret })).not.toBe(key(own));
  });

  test.each<Environment>([{}, { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' }])(
    'with the console sender it is random, and in no source code: %j',
    (environment) => {
      expect(key(environment)).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      expect(key(environment)).not.toBe(key(environment));
    },
  );
});
