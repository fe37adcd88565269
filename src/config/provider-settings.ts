import { isMainland } from '../sms/e164';
import { PROVIDERS, type Provider } from '../sms/providers';
import { purposeTemplates } from '../sms/purpose-templates';
import { webhookSecrets } from '../sms/webhook/webhook-secrets';
import { country, countryBudgets, type Routes, routes } from './country-settings';
import { baseUrl, choice, endpoint, httpsUrl, httpUrl, integer, list, oneOf, parsed, text } from './setting-types';

export const RONGLIAN_BASE_URL = 'https://app.cloopen.com:8883';
export const TWILIO_BASE_URL = 'https://api.twilio.com';

const templates = (provider: string) =>
  parsed({
    about: `${provider}: templates by purpose, such as \`REGISTER:1234,LOGIN:1235\`; other purposes have the single one`,
    parse: purposeTemplates,
  });

/** The settings about SMS providers by their names; docs/providers/ has a page for each provider. */
export const PROVIDER_SETTINGS = {
  SMS_PROVIDERS: list<Provider>({
    about: `SMS senders in order of preference, comma-separated: ${PROVIDERS.join(', ')}; absent: console, which production must ask for by name`,
    item: (value) => oneOf(PROVIDERS, value),
  }),
  SMS_COUNTRIES: list({
    about:
      'countries whose mobile numbers are taken, ISO 3166-1 alpha-2, comma-separated; those abroad are written in E.164: docs/countries.md',
    default: 'CN',
    item: country,
  }),
  SMS_COUNTRY_BUDGETS: parsed<Readonly<Record<string, number>>>({
    about: 'messages to one country in any 24 hours, such as `HK:500,SG:200`, within SMS_DAILY_BUDGET',
    parse: countryBudgets,
  }),
  SMS_PROVIDERS_BY_COUNTRY: parsed<Routes>({
    about: 'in place of SMS_PROVIDERS: senders by country, `*` for the others, such as `CN:aliyun,tencent;*:twilio`',
    parse: routes,
  }),
  SMS_TIMEOUT_MS: integer({ about: 'longest wait for an SMS provider, ms', default: 5000, min: 10, max: 60_000 }),
  RONGLIAN_ACCOUNT_SID: text({ about: 'Ronglian 容联云: account SID' }),
  RONGLIAN_AUTH_TOKEN: text({ about: 'Ronglian: auth token', secret: true }),
  RONGLIAN_APP_ID: text({ about: 'Ronglian: application id' }),
  RONGLIAN_TEMPLATE_ID: text({
    about: 'Ronglian: template id; the template gets the code and the minutes',
    default: '1',
  }),
  RONGLIAN_TEMPLATES: templates('Ronglian'),
  RONGLIAN_BASE_URL: parsed({ about: `Ronglian: base URL; absent: ${RONGLIAN_BASE_URL}`, parse: baseUrl(httpUrl) }),
  ALIYUN_ACCESS_KEY_ID: text({ about: 'Aliyun 阿里云: access key id, for `aliyun` and `aliyun-auth`' }),
  ALIYUN_ACCESS_KEY_SECRET: text({ about: 'Aliyun: access key secret, for both', secret: true }),
  ALIYUN_SIGN_NAME: text({ about: 'Aliyun: approved signature' }),
  ALIYUN_TEMPLATE_CODE: text({ about: 'Aliyun: approved template' }),
  ALIYUN_TEMPLATES: templates('Aliyun'),
  ALIYUN_ENDPOINT: parsed({ about: 'Aliyun: endpoint, where it is not the public one', parse: endpoint }),
  ALIYUN_AUTH_SIGN_NAME: text({ about: 'Aliyun 短信认证: the signature that its console gives' }),
  ALIYUN_AUTH_TEMPLATE_CODE: text({ about: 'Aliyun 短信认证: the template that its console gives' }),
  ALIYUN_AUTH_TEMPLATES: templates('Aliyun 短信认证'),
  ALIYUN_AUTH_ENDPOINT: parsed({ about: 'Aliyun 短信认证: endpoint, where it is not the public one', parse: endpoint }),
  TENCENT_SECRET_ID: text({ about: 'Tencent Cloud 腾讯云: secret id' }),
  TENCENT_SECRET_KEY: text({ about: 'Tencent Cloud: secret key', secret: true }),
  TENCENT_SDK_APP_ID: text({ about: 'Tencent Cloud: SMS SDK app id' }),
  TENCENT_SIGN_NAME: text({ about: 'Tencent Cloud: approved signature' }),
  TENCENT_TEMPLATE_ID: text({ about: 'Tencent Cloud: approved template' }),
  TENCENT_TEMPLATES: templates('Tencent Cloud'),
  TENCENT_REGION: text({ about: 'Tencent Cloud: region', default: 'ap-guangzhou' }),
  TENCENT_ENDPOINT: parsed({ about: 'Tencent Cloud: endpoint, where it is not the public one', parse: endpoint }),
  WEBHOOK_URL: parsed({
    about: 'webhook: where messages are posted; https://, or http:// on this machine',
    parse: httpsUrl,
  }),
  WEBHOOK_SECRET: parsed({
    about:
      'webhook: signs the requests (Standard Webhooks), `whsec_` and base64; two, comma-separated, while it is changed',
    secret: true,
    parse: webhookSecrets,
  }),
  TWILIO_ACCOUNT_SID: text({ about: 'Twilio: account SID' }),
  TWILIO_AUTH_TOKEN: text({ about: 'Twilio: auth token', secret: true }),
  TWILIO_FROM: text({ about: 'Twilio: the number or name that sends' }),
  TWILIO_MESSAGING_SERVICE_SID: text({ about: 'Twilio: the messaging service that sends, in place of TWILIO_FROM' }),
  TWILIO_BASE_URL: parsed({ about: `Twilio: base URL; absent: ${TWILIO_BASE_URL}`, parse: baseUrl(httpsUrl) }),
  TEST_NUMBERS: list({
    about:
      'numbers that are never sent anything and have a fixed code, such as `13800000000:246810`, comma-separated; in production only with ALLOW_TEST_NUMBERS',
    secret: true,
    item: testNumber,
  }),
  ALLOW_TEST_NUMBERS: choice({ about: '`true` allows TEST_NUMBERS in production', of: ['true'] as const }),
};

/** @throws Error that completes "NAME ..." and repeats no code. */
function testNumber(value: string): { mobile: string; code: string } {
  const [, mobile, code] = /^(\+?\d+):(\d{6})$/.exec(value) ?? [];
  if (!mobile || !code || !(isMainland(mobile) || mobile.startsWith('+'))) {
    throw new Error('must hold numbers with six-digit codes, such as 13800000000:246810');
  }
  return { mobile, code };
}
