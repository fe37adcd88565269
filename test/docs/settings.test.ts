import { readFileSync } from 'node:fs';
import { SETTINGS } from '../../src/config/settings';
import { OPERATIONS_DOC, withSettings } from '../../tools/write-settings';

/** Names that operators may rely on: never renamed. */
const PROMISED = `PORT HOST NODE_ENV REDIS_URL STORE SMS_PROVIDERS SMS_TIMEOUT_MS
  RONGLIAN_ACCOUNT_SID RONGLIAN_AUTH_TOKEN RONGLIAN_APP_ID RONGLIAN_TEMPLATE_ID RONGLIAN_BASE_URL
  ALIYUN_ACCESS_KEY_ID ALIYUN_ACCESS_KEY_SECRET ALIYUN_SIGN_NAME ALIYUN_TEMPLATE_CODE ALIYUN_ENDPOINT
  TENCENT_SECRET_ID TENCENT_SECRET_KEY TENCENT_SDK_APP_ID TENCENT_SIGN_NAME TENCENT_TEMPLATE_ID TENCENT_REGION TENCENT_ENDPOINT
  TRUST_PROXY CORS_ORIGINS CAPTCHA_TTL_SECONDS SMS_CODE_TTL_SECONDS SMS_COOLDOWN_SECONDS
  SMS_PER_MOBILE_HOUR SMS_PER_MOBILE_DAY SMS_PER_CLIENT_HOUR CAPTCHA_PER_CLIENT_MINUTE VERIFY_MAX_ATTEMPTS VERIFY_MAX_FAILURES
  SMS_DAILY_BUDGET CAPTCHA_LEVEL CAPTCHA_FONTS TICKET_SECRET METRICS_PORT REDIS_TIMEOUT_MS LOG_LEVEL`.split(/\s+/);

const document = readFileSync(OPERATIONS_DOC, 'utf8');
const known = Object.keys(SETTINGS);
const rows = [
  ...document
    .replace(/[\s\S]*<!-- settings:/, '')
    .replace(/<!-- \/settings[\s\S]*/, '')
    .matchAll(/^\| ([A-Z][A-Z_]+) \|(.*)$/gm),
];
const table = rows.map(([, name = '']) => name);

/** Words in capitals with an underscore: what a reader takes for a setting. */
const mentioned = new Set([...document.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name));
/** Reasons of the API, and what the OpenTelemetry SDK reads by itself. */
const OTHERS =
  /^(SERVICE_UNAVAILABLE|QUOTA_EXCEEDED|SMS_UNCONFIRMED|MISSING_PARAMETER|MOBILE_INVALID|CAPTCHA_(EXPIRED|MISMATCH)|SMS_CODE_(EXPIRED|MISMATCH|LOCKED)|OTEL_(SERVICE_NAME|RESOURCE_ATTRIBUTES|TRACES_SAMPLER|EXPORTER_OTLP_HEADERS|BSP_SCHEDULE_DELAY))$/;

describe('docs/operations.md', () => {
  test('has the settings table that "npm run docs:settings" writes', () => {
    expect(withSettings(document)).toBe(document);
  });

  test('shows every setting of the program once, with its meaning, and none that it does not have', () => {
    expect(table).toEqual(known);
    expect([...mentioned].filter((name) => !known.includes(name) && !OTHERS.test(name))).toEqual([]);
  });

  test('shows every setting that is promised', () => {
    expect(PROMISED.filter((name) => !table.includes(name))).toEqual([]);
    expect(table.filter((name) => PROMISED.includes(name))).toHaveLength(PROMISED.length);
  });

  test('marks as secret what is one', () => {
    const secret = rows.filter(([, , rest]) => rest?.includes('(secret)')).map(([, name]) => name);
    expect(secret).toEqual(known.filter((name) => SETTINGS[name as keyof typeof SETTINGS].secret));
    for (const name of ['REDIS_URL', 'RONGLIAN_AUTH_TOKEN', 'TICKET_SECRET', 'TICKET_PRIVATE_KEY']) {
      expect(secret).toContain(name);
    }
  });
});

test('A table that is not of today is noticed', () => {
  const [first = ''] = known;
  expect(withSettings(document.replace(`| ${first} |`, '| RENAMED |'))).toBe(document);
  expect(() => withSettings('no markers')).toThrow(/markers/);
});
