import { SETTINGS } from '../../src/config/settings';
import { problems } from '../harness/setting-problems';

/** Far above any real shop; a typing error of three digits is still seen. */
const CAP = [0, 1_000_000_000];
const RANGES: Readonly<Record<string, readonly number[]>> = {
  PORT: [0, 65_535],
  TRUST_PROXY: [0, 16],
  REDIS_TIMEOUT_MS: [10, 60_000],
  SMS_TIMEOUT_MS: [10, 60_000],
  CAPTCHA_TTL_SECONDS: [1, 86_400],
  SMS_CODE_TTL_SECONDS: [1, 600],
  SMS_COOLDOWN_SECONDS: [0, 86_400],
  SMS_PER_MOBILE_HOUR: CAP,
  SMS_PER_MOBILE_DAY: CAP,
  SMS_PER_CLIENT_HOUR: CAP,
  CAPTCHA_PER_CLIENT_MINUTE: CAP,
  SMS_PER_NETWORK_HOUR: CAP,
  CAPTCHA_PER_NETWORK_MINUTE: CAP,
  VERIFY_PER_CLIENT_HOUR: CAP,
  VERIFY_MAX_ATTEMPTS: CAP,
  VERIFY_MAX_FAILURES: CAP,
  SMS_DAILY_BUDGET: CAP,
  METRICS_PORT: [0, 65_535],
};

describe('A setting that is a number', () => {
  test.each(Object.entries(RANGES))('%s is one of %j, ends included', (name, [min = 0, max = 0]) => {
    for (const value of [min, max]) expect(problems({ [name]: String(value) })).toEqual([]);
    for (const value of [min - 1, max + 1]) {
      expect(problems({ [name]: String(value) })).toEqual([
        `${name} must be a whole number from ${min} to ${max}, not "${value}"`,
      ]);
    }
  });

  test('given one port for both servers, then that is told, but of 0, which is a free one each time', () => {
    const both = (port: string) => problems({ PORT: port, METRICS_PORT: port });
    expect([both('9000'), both('0')]).toEqual([['METRICS_PORT is the same as PORT'], []]);
  });

  test('is in this table', () => {
    const numbers = Object.keys(SETTINGS).filter((name) =>
      problems({ [name]: 'x' }).some((problem) => problem.startsWith(`${name} must be a whole number`)),
    );
    expect(numbers).toEqual(Object.keys(RANGES));
  });
});
