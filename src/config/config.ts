import type { CaptchaLevel } from '../captcha/drawing/captcha-drawing';
import type { LimitSettings } from '../limits/rules';
import type { LogLevel } from '../log';
import type { SmsSettings } from '../sms/create-sender';
import type { Provider } from '../sms/providers';
import type { StoreSettings } from '../store/open-store';
import type { TicketSettings } from '../tickets/ticket-signer';
import { RONGLIAN_BASE_URL, SETTINGS } from './settings';

type Values = { [Name in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[Name]['parse']> };

export interface Config {
  /** Sandbox, introspection, the last code on the page: never in production. */
  development: boolean;
  host: string | undefined;
  port: number;
  logLevel: LogLevel;
  trustProxy: number;
  corsOrigins: readonly string[];
  store: StoreSettings;
  sms: SmsSettings;
  smsCode: {
    /** Lifetime of a code, ms. */
    codeTtlMs: number;
    /** Whether codes that other services wrote are checked. */
    foreignCodes: boolean;
  };
  captcha: { ttlMs: number; level: CaptchaLevel | 'auto'; fontFiles: readonly string[] };
  limits: LimitSettings;
  clientHashSecret: string;
  /** undefined: /metrics stands on the port of everything else. */
  metricsPort: number | undefined;
  /** undefined: no tickets are signed. */
  tickets: TicketSettings | undefined;
  /** Whether traces are sent; where to and how is between the OTEL_ variables and the OpenTelemetry SDK, which reads them itself. */
  tracing: boolean;
}

/** A start with bad settings: one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings; a blank one counts as absent. Nothing else reads the environment.
 * @throws ConfigError with every problem there is.
 */
export function loadConfig(environment: Environment = process.env): Readonly<Config> {
  const problems: string[] = [];
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, setting]) => {
      const raw = environment[name]?.trim();
      try {
        return [name, setting.parse(raw === '' ? undefined : raw)];
      } catch (error) {
        problems.push(`${name} ${(error as Error).message}`);
        return [name, undefined];
      }
    }),
  ) as Values;
  const sms = smsSettings(values, problems);
  const store = storeSettings(values, problems);
  const tickets = ticketSettings(values, problems);
  if (values.METRICS_PORT && values.METRICS_PORT === values.PORT) problems.push('METRICS_PORT is the same as PORT');
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    development: values.NODE_ENV !== 'production',
    host: values.HOST,
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    trustProxy: values.TRUST_PROXY,
    corsOrigins: values.CORS_ORIGINS,
    store,
    sms,
    smsCode: {
      codeTtlMs: values.SMS_CODE_TTL_SECONDS * 1000,
      foreignCodes: values.VERIFY_FOREIGN_CODES === 'true',
    },
    captcha: {
      ttlMs: values.CAPTCHA_TTL_SECONDS * 1000,
      level: values.CAPTCHA_LEVEL,
      fontFiles: values.CAPTCHA_FONTS,
    },
    limits: {
      cooldownMs: values.SMS_COOLDOWN_SECONDS * 1000,
      perMobileHour: values.SMS_PER_MOBILE_HOUR,
      perMobileDay: values.SMS_PER_MOBILE_DAY,
      perClientHour: values.SMS_PER_CLIENT_HOUR,
      perNetworkHour: values.SMS_PER_NETWORK_HOUR ?? networkShare(values.SMS_DAILY_BUDGET),
      captchasPerClientMinute: values.CAPTCHA_PER_CLIENT_MINUTE,
      captchasPerNetworkMinute: values.CAPTCHA_PER_NETWORK_MINUTE,
      dailyBudget: values.SMS_DAILY_BUDGET,
      maxAttempts: values.VERIFY_MAX_ATTEMPTS,
      maxFailures: values.VERIFY_MAX_FAILURES,
      verificationsPerClientHour: values.VERIFY_PER_CLIENT_HOUR,
    },
    clientHashSecret: values.CLIENT_HASH_SECRET ?? providerSecret(sms) ?? 'development',
    metricsPort: values.METRICS_PORT,
    tickets,
    tracing:
      values.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
      (values.OTEL_EXPORTER_OTLP_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined,
  });
}

/** A network may ask for so much of the day's budget in an hour; a small shop's whole day is no burst. */
const SMALLEST_NETWORK_SHARE = 100;

function networkShare(dailyBudget: number): number {
  return dailyBudget > 0 ? Math.max(SMALLEST_NETWORK_SHARE, Math.ceil(dailyBudget / 10)) : 0;
}

function storeSettings(values: Values, problems: string[]): StoreSettings {
  const { REDIS_URL: target, STORE: named, NODE_ENV } = values;
  if (target && named) problems.push('STORE=memory contradicts REDIS_URL: set one of them');
  if (!target && !named && NODE_ENV === 'production' && !problems.some((p) => p.startsWith('REDIS_URL'))) {
    problems.push('REDIS_URL is missing: in production the in-process store must be asked for with STORE=memory');
  }
  if (!target) return { kind: 'memory' };
  return { kind: 'redis', target, timeoutMs: values.REDIS_TIMEOUT_MS, keyPrefix: values.REDIS_KEY_PREFIX };
}

function ticketSettings(values: Values, problems: string[]): TicketSettings | undefined {
  const {
    TICKET_SECRET,
    TICKET_PRIVATE_KEY,
    TICKET_OTHER_PUBLIC_KEYS: others,
    TICKET_AUDIENCE,
    TICKET_ISSUER,
  } = values;
  if (TICKET_SECRET && TICKET_PRIVATE_KEY)
    problems.push('TICKET_SECRET contradicts TICKET_PRIVATE_KEY: set one of them');
  if (others && !TICKET_PRIVATE_KEY && !problems.some((problem) => problem.startsWith('TICKET_PRIVATE_KEY '))) {
    problems.push('TICKET_OTHER_PUBLIC_KEYS stands beside TICKET_PRIVATE_KEY, which is missing');
  }
  const key = TICKET_PRIVATE_KEY ?? TICKET_SECRET;
  return key && { ...key, otherPublicKeys: others ?? [], audience: TICKET_AUDIENCE, issuer: TICKET_ISSUER };
}

function smsSettings(values: Values, problems: string[]): SmsSettings {
  const named = values.SMS_PROVIDERS ?? [];
  if (named.length === 0 && values.NODE_ENV === 'production' && !problems.some((p) => p.startsWith('SMS_PROVIDERS'))) {
    problems.push(
      'SMS_PROVIDERS is missing: in production the console sender must be asked for with SMS_PROVIDERS=console',
    );
  }
  if (new Set(named).size < named.length) problems.push('SMS_PROVIDERS names a sender twice');
  if (named.includes('console') && named.length > 1) problems.push('SMS_PROVIDERS: console stands alone or not at all');
  const timeoutMs = values.SMS_TIMEOUT_MS;
  /** The settings of a provider that is named; what it needs and lacks is a problem. */
  const needed = (provider: Provider, name: keyof Values): string => {
    const value = values[name];
    if (named.includes(provider) && value === undefined && !problems.some((p) => p.startsWith(`${name} `))) {
      problems.push(`${name} is missing: SMS_PROVIDERS names ${provider}`);
    }
    return String(value ?? '');
  };
  return {
    providers: named.length > 0 ? named : ['console'],
    timeoutMs,
    ronglian: {
      accountSid: needed('ronglian', 'RONGLIAN_ACCOUNT_SID'),
      authToken: needed('ronglian', 'RONGLIAN_AUTH_TOKEN'),
      appId: needed('ronglian', 'RONGLIAN_APP_ID'),
      templateId: needed('ronglian', 'RONGLIAN_TEMPLATE_ID'),
      baseUrl: values.RONGLIAN_BASE_URL ?? RONGLIAN_BASE_URL,
    },
    aliyun: {
      accessKeyId: needed('aliyun', 'ALIYUN_ACCESS_KEY_ID'),
      accessKeySecret: needed('aliyun', 'ALIYUN_ACCESS_KEY_SECRET'),
      signName: needed('aliyun', 'ALIYUN_SIGN_NAME'),
      templateCode: needed('aliyun', 'ALIYUN_TEMPLATE_CODE'),
      endpoint: values.ALIYUN_ENDPOINT,
    },
    tencent: {
      secretId: needed('tencent', 'TENCENT_SECRET_ID'),
      secretKey: needed('tencent', 'TENCENT_SECRET_KEY'),
      sdkAppId: needed('tencent', 'TENCENT_SDK_APP_ID'),
      signName: needed('tencent', 'TENCENT_SIGN_NAME'),
      templateId: needed('tencent', 'TENCENT_TEMPLATE_ID'),
      region: needed('tencent', 'TENCENT_REGION'),
      endpoint: values.TENCENT_ENDPOINT,
    },
  };
}

/** The same on every server of one shop, and secret: all that the client hashes ask for. */
function providerSecret({ providers, ronglian, aliyun, tencent }: SmsSettings): string | undefined {
  const secrets: Record<Provider, string | undefined> = {
    console: undefined,
    ronglian: ronglian?.authToken,
    aliyun: aliyun?.accessKeySecret,
    tencent: tencent?.secretKey,
  };
  return providers[0] && secrets[providers[0]];
}
