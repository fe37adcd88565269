import type { SmsSettings } from '../sms/create-sender';
import type { Provider } from '../sms/providers';
import { numberingOf, providersOf } from './country-settings';
import { type PROVIDER_SETTINGS, RONGLIAN_BASE_URL, TWILIO_BASE_URL } from './provider-settings';

type ProviderValues = {
  [Name in keyof typeof PROVIDER_SETTINGS]: ReturnType<(typeof PROVIDER_SETTINGS)[Name]['parse']>;
} & { NODE_ENV: string; RECEIPTS_SECRET: readonly string[] | undefined; RECEIPTS_URL: string | undefined };

export interface ConfiguredSms extends SmsSettings {
  /** Whose numbers are taken, ISO 3166-1 alpha-2. */
  countries: readonly string[];
  /** Messages to a country in any 24 hours. */
  countryBudgets: Readonly<Record<string, number>>;
}

/** The senders' settings; what a named provider needs and lacks, and what contradicts itself, is added to `problems`. */
export function smsSettings(values: ProviderValues, problems: string[]): ConfiguredSms {
  const routes = values.SMS_PROVIDERS_BY_COUNTRY;
  const lists = routes ? [...routes.values()] : [values.SMS_PROVIDERS ?? []];
  const named = [...new Set(lists.flat())];
  const setting = routes ? 'SMS_PROVIDERS_BY_COUNTRY' : 'SMS_PROVIDERS';
  const production = values.NODE_ENV === 'production';
  const unread = ['SMS_PROVIDERS', 'SMS_PROVIDERS_BY_COUNTRY'].some((name) => hasProblem(problems, name));
  if (named.length === 0 && production && !unread) {
    problems.push(
      'SMS_PROVIDERS is missing: in production the console sender must be asked for with SMS_PROVIDERS=console',
    );
  }
  if (routes && (values.SMS_PROVIDERS ?? []).length > 0) {
    problems.push('SMS_PROVIDERS contradicts SMS_PROVIDERS_BY_COUNTRY: set one of them');
  }
  for (const list of lists) {
    if (new Set(list).size < list.length) problems.push(`${setting} names a sender twice`);
    if (list.includes('console') && list.length > 1) problems.push(`${setting}: console stands alone or not at all`);
  }
  const countries = [...new Set(values.SMS_COUNTRIES)];
  const numbering = numberingOf(countries, problems);
  const byCountry = providersOf(countries, named, routes, problems);
  for (const country of Object.keys(values.SMS_COUNTRY_BUDGETS ?? {})) {
    if (!countries.includes(country))
      problems.push(`SMS_COUNTRY_BUDGETS names ${country}, which SMS_COUNTRIES does not`);
  }
  const testNumbers = (values.TEST_NUMBERS ?? []).map(({ mobile, code }) => ({
    mobile: numbering.parse(mobile) ?? '',
    code,
  }));
  if (testNumbers.some(({ mobile }) => mobile === '')) {
    problems.push('TEST_NUMBERS holds a number that is no mobile number of SMS_COUNTRIES');
  }
  if (testNumbers.length > 0 && production && !values.ALLOW_TEST_NUMBERS) {
    problems.push('TEST_NUMBERS have fixed codes: production takes them only with ALLOW_TEST_NUMBERS=true');
  }

  /** The settings of a provider that is named; what it needs and lacks is a problem. */
  const needed = (provider: Provider, name: keyof ProviderValues): string => {
    const value = values[name];
    if (named.includes(provider) && value === undefined && !hasProblem(problems, name)) {
      problems.push(`${name} is missing: ${setting} names ${provider}`);
    }
    return String(value ?? '');
  };
  return {
    providers: named.length > 0 ? named : ['console'],
    countries,
    countryBudgets: values.SMS_COUNTRY_BUDGETS ?? {},
    byCountry: routes && byCountry,
    timeoutMs: values.SMS_TIMEOUT_MS,
    testNumbers,
    ronglian: {
      accountSid: needed('ronglian', 'RONGLIAN_ACCOUNT_SID'),
      authToken: needed('ronglian', 'RONGLIAN_AUTH_TOKEN'),
      appId: needed('ronglian', 'RONGLIAN_APP_ID'),
      templateId: needed('ronglian', 'RONGLIAN_TEMPLATE_ID'),
      templates: values.RONGLIAN_TEMPLATES,
      baseUrl: values.RONGLIAN_BASE_URL ?? RONGLIAN_BASE_URL,
    },
    aliyun: {
      accessKeyId: needed('aliyun', 'ALIYUN_ACCESS_KEY_ID'),
      accessKeySecret: needed('aliyun', 'ALIYUN_ACCESS_KEY_SECRET'),
      signName: needed('aliyun', 'ALIYUN_SIGN_NAME'),
      templateCode: needed('aliyun', 'ALIYUN_TEMPLATE_CODE'),
      templates: values.ALIYUN_TEMPLATES,
      endpoint: values.ALIYUN_ENDPOINT,
    },
    aliyunAuth: {
      accessKeyId: needed('aliyun-auth', 'ALIYUN_ACCESS_KEY_ID'),
      accessKeySecret: needed('aliyun-auth', 'ALIYUN_ACCESS_KEY_SECRET'),
      signName: needed('aliyun-auth', 'ALIYUN_AUTH_SIGN_NAME'),
      templateCode: needed('aliyun-auth', 'ALIYUN_AUTH_TEMPLATE_CODE'),
      templates: values.ALIYUN_AUTH_TEMPLATES,
      endpoint: values.ALIYUN_AUTH_ENDPOINT,
    },
    tencent: {
      secretId: needed('tencent', 'TENCENT_SECRET_ID'),
      secretKey: needed('tencent', 'TENCENT_SECRET_KEY'),
      sdkAppId: needed('tencent', 'TENCENT_SDK_APP_ID'),
      signName: needed('tencent', 'TENCENT_SIGN_NAME'),
      templateId: needed('tencent', 'TENCENT_TEMPLATE_ID'),
      templates: values.TENCENT_TEMPLATES,
      region: needed('tencent', 'TENCENT_REGION'),
      endpoint: values.TENCENT_ENDPOINT,
    },
    webhook: {
      url: needed('webhook', 'WEBHOOK_URL'),
      secrets: needed('webhook', 'WEBHOOK_SECRET') ? (values.WEBHOOK_SECRET ?? []) : [],
    },
    twilio: {
      accountSid: needed('twilio', 'TWILIO_ACCOUNT_SID'),
      authToken: needed('twilio', 'TWILIO_AUTH_TOKEN'),
      sender: twilioSender(values, named.includes('twilio') ? setting : undefined, problems),
      baseUrl: values.TWILIO_BASE_URL ?? TWILIO_BASE_URL,
      statusCallback: twilioCallback(values),
    },
  };
}

/** Twilio sends from a number or name, or lets a messaging service choose one: either must be set, and not both. */
function twilioSender(values: ProviderValues, setting: string | undefined, problems: string[]) {
  const { TWILIO_FROM: from, TWILIO_MESSAGING_SERVICE_SID: messagingServiceSid } = values;
  if (setting && from && messagingServiceSid) {
    problems.push('TWILIO_FROM contradicts TWILIO_MESSAGING_SERVICE_SID: set one of them');
  }
  if (setting && !from && !messagingServiceSid) {
    problems.push(`TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is missing: ${setting} names twilio`);
  }
  return messagingServiceSid ? { messagingServiceSid } : { from: from ?? '' };
}

/** Where Twilio tells of deliveries; of several secrets the first is told. */
function twilioCallback({ RECEIPTS_SECRET, RECEIPTS_URL }: ProviderValues): string | undefined {
  const [secret] = RECEIPTS_SECRET ?? [];
  return secret && RECEIPTS_URL && `${RECEIPTS_URL}/receipts/${secret}/twilio`;
}

function hasProblem(problems: readonly string[], name: string): boolean {
  return problems.some((problem) => problem.startsWith(`${name} `));
}
