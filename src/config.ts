import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import type { CaptchaLevel } from './captcha/drawing/captcha-drawing';
import type { ConversionRule } from './limits/conversion';
import type { LimitSettings } from './limits/rules';
import type { LogLevel } from './log';
import { choice, httpUrl, integer, list, oneOf, parsed, type Setting, text } from './settings';
import type { SmsSettings } from './sms/create-sender';
import type { StoreSettings } from './store/open-store';
import { type RedisTarget, redisTarget } from './store/redis-target';
import { privateKey, publicKeys, secretKey } from './tickets/ticket-key';
import type { TicketSettings } from './tickets/ticket-signer';

const PROVIDERS = ['console', 'ronglian', 'aliyun', 'tencent'] as const;
type Provider = (typeof PROVIDERS)[number];

const RONGLIAN_BASE_URL = 'https://app.cloopen.com:8883';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One in every window of its length, far above any real shop: a limit that someone means to be none is written 0. */
const limit = (about: string, normal: number) =>
  integer({ about: `${about}; 0: no limit`, default: normal, min: 0, max: 1_000_000_000 });

/** Every setting by its name. docs/operations.md shows this table. */
export const SETTINGS = {
  NODE_ENV: choice({
    about: 'production turns off Sandbox, introspection and everything else for development',
    of: ['development', 'production', 'test'] as const,
    default: 'development',
  }),
  PORT: integer({ about: 'TCP port; 0 picks a free one', default: 4000, min: 0, max: 65_535 }),
  HOST: text({ about: 'address to listen on; absent: all' }),
  LOG_LEVEL: choice<LogLevel>({ about: 'least severe log line that is written', of: LOG_LEVELS, default: 'info' }),
  TRUST_PROXY: integer({
    about: 'proxies in front; the client address is read that many places from the right of X-Forwarded-For',
    default: 0,
    min: 0,
    max: 16,
  }),
  CORS_ORIGINS: list({
    about: 'origins of pages that may call from elsewhere, comma-separated; * for any',
    item: origin,
  }),
  REDIS_URL: parsed<RedisTarget>({
    about:
      'Redis: `redis://host:port/db`, comma-separated seeds of a cluster, or `redis+sentinel://host:port,host:port/NAME`; absent: in-process store',
    secret: true,
    parse: redisTarget,
  }),
  REDIS_TIMEOUT_MS: integer({ about: 'longest wait for Redis, ms', default: 1000, min: 10, max: 60_000 }),
  STORE: choice({ about: '`memory` allows the in-process store in production', of: ['memory'] as const }),
  SMS_PROVIDERS: list<Provider>({
    about: `SMS senders in order of preference, comma-separated: ${PROVIDERS.join(', ')}; absent: console, which production must ask for by name`,
    item: (value) => oneOf(PROVIDERS, value),
  }),
  SMS_TIMEOUT_MS: integer({ about: 'longest wait for an SMS provider, ms', default: 5000, min: 10, max: 60_000 }),
  RONGLIAN_ACCOUNT_SID: text({ about: 'Ronglian 容联云: account SID' }),
  RONGLIAN_AUTH_TOKEN: text({ about: 'Ronglian: auth token', secret: true }),
  RONGLIAN_APP_ID: text({ about: 'Ronglian: application id' }),
  RONGLIAN_TEMPLATE_ID: text({
    about: 'Ronglian: template id; the template gets the code and the minutes',
    default: '1',
  }),
  RONGLIAN_BASE_URL: parsed({ about: `Ronglian: base URL; absent: ${RONGLIAN_BASE_URL}`, parse: httpUrl }),
  ALIYUN_ACCESS_KEY_ID: text({ about: 'Aliyun 阿里云: access key id' }),
  ALIYUN_ACCESS_KEY_SECRET: text({ about: 'Aliyun: access key secret', secret: true }),
  ALIYUN_SIGN_NAME: text({ about: 'Aliyun: approved signature' }),
  ALIYUN_TEMPLATE_CODE: text({ about: 'Aliyun: approved template' }),
  ALIYUN_ENDPOINT: text({ about: 'Aliyun: endpoint, where it is not the public one' }),
  TENCENT_SECRET_ID: text({ about: 'Tencent Cloud 腾讯云: secret id' }),
  TENCENT_SECRET_KEY: text({ about: 'Tencent Cloud: secret key', secret: true }),
  TENCENT_SDK_APP_ID: text({ about: 'Tencent Cloud: SMS SDK app id' }),
  TENCENT_SIGN_NAME: text({ about: 'Tencent Cloud: approved signature' }),
  TENCENT_TEMPLATE_ID: text({ about: 'Tencent Cloud: approved template' }),
  TENCENT_REGION: text({ about: 'Tencent Cloud: region', default: 'ap-guangzhou' }),
  TENCENT_ENDPOINT: text({ about: 'Tencent Cloud: endpoint, where it is not the public one' }),
  CAPTCHA_TTL_SECONDS: integer({ about: 'how long a captcha can be answered, s', default: 300, min: 1, max: 86_400 }),
  CAPTCHA_LEVEL: choice<CaptchaLevel | 'auto'>({
    about: '`normal`: legible first; `hard`; `auto`: hard for clients that leave many unsolved',
    of: ['auto', 'normal', 'hard'],
    default: 'auto',
  }),
  CAPTCHA_FONTS: list({ about: 'typefaces in place of the own ones: font files, comma-separated', item: readableFile }),
  // OWASP ASVS 5.0, 6.5.5: an out-of-band code lives ten minutes at most.
  SMS_CODE_TTL_SECONDS: integer({ about: 'how long an SMS code is good, s', default: 300, min: 1, max: 600 }),
  SMS_COOLDOWN_SECONDS: integer({
    about: 'time between two messages to one mobile, s; 0: none',
    default: 60,
    min: 0,
    max: 86_400,
  }),
  SMS_PER_MOBILE_HOUR: limit('messages to one mobile in any hour', 5),
  SMS_PER_MOBILE_DAY: limit('messages to one mobile in any 24 hours', 10),
  SMS_PER_CLIENT_HOUR: limit('messages asked for by one client address (IPv6: its /64) in any hour', 20),
  CAPTCHA_PER_CLIENT_MINUTE: limit('captchas for one client address in any minute', 60),
  VERIFY_MAX_ATTEMPTS: limit('wrong codes before a code is void', 5),
  VERIFY_MAX_FAILURES: limit('wrong codes in a row before a mobile must wait an hour', 20),
  SMS_DAILY_BUDGET: limit('messages over all mobiles in any 24 hours; a warning at 80 %', 10_000),
  CONVERSION_BREAKER: choice<ConversionRule['mode']>({
    about:
      'when too few codes of a number prefix or a network are ever verified: `off`, `watch` (counted in the metrics), `enforce` (refused)',
    of: ['off', 'watch', 'enforce'],
    default: 'watch',
  }),
  TICKET_SECRET: parsed({
    about: 'signs tickets with HS256, known to the services that check them; 32 bytes or more; absent: no tickets',
    secret: true,
    parse: secretKey,
  }),
  TICKET_PRIVATE_KEY: parsed({
    about: 'signs tickets instead, with an Ed25519, P-256 or RSA key: PEM (PKCS#8), line breaks may be written `\\n`',
    secret: true,
    parse: privateKey,
  }),
  TICKET_OTHER_PUBLIC_KEYS: parsed({
    about: 'more public keys for `/.well-known/jwks.json`, PEM: the next or the last one while the key is changed',
    parse: publicKeys,
  }),
  TICKET_AUDIENCE: text({ about: 'the service that tickets are for: their `aud`', default: 'registration' }),
  TICKET_ISSUER: text({ about: 'who vouches: the `iss` of tickets', default: 'sms-verification-server' }),
  METRICS_PORT: integer({
    about: '/metrics, /healthz and /readyz on a port of their own, 0 picks a free one; absent: all on PORT',
    min: 0,
    max: 65_535,
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: parsed({ about: 'OTLP/HTTP collector; absent: no traces', parse: httpUrl }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: parsed({ about: 'the same, for traces alone, with its path', parse: httpUrl }),
  OTEL_SDK_DISABLED: text({ about: '`true`: no traces, whatever else is set', default: 'false' }),
  CLIENT_HASH_SECRET: text({
    about: 'key of the hashes that stand for client addresses in the store; absent: the SMS provider’s secret serves',
    secret: true,
  }),
} satisfies Record<string, Setting<unknown>>;

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
  /** Lifetime of a code, ms. */
  codeTtlMs: number;
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
    codeTtlMs: values.SMS_CODE_TTL_SECONDS * 1000,
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
      captchasPerClientMinute: values.CAPTCHA_PER_CLIENT_MINUTE,
      dailyBudget: values.SMS_DAILY_BUDGET,
      maxAttempts: values.VERIFY_MAX_ATTEMPTS,
      maxFailures: values.VERIFY_MAX_FAILURES,
      conversion: values.CONVERSION_BREAKER,
    },
    clientHashSecret: values.CLIENT_HASH_SECRET ?? providerSecret(sms) ?? 'development',
    metricsPort: values.METRICS_PORT,
    tickets,
    tracing:
      values.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
      (values.OTEL_EXPORTER_OTLP_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined,
  });
}

function storeSettings(values: Values, problems: string[]): StoreSettings {
  const { REDIS_URL: target, STORE: named, NODE_ENV } = values;
  if (target && named) problems.push('STORE=memory contradicts REDIS_URL: set one of them');
  if (!target && !named && NODE_ENV === 'production' && !problems.some((p) => p.startsWith('REDIS_URL'))) {
    problems.push('REDIS_URL is missing: in production the in-process store must be asked for with STORE=memory');
  }
  return target ? { kind: 'redis', target, timeoutMs: values.REDIS_TIMEOUT_MS } : { kind: 'memory' };
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

function origin(value: string): string {
  if (value !== '*' && (!URL.canParse(value) || new URL(value).origin !== value)) {
    throw new Error(`must hold origins such as https://shop.example, not ${JSON.stringify(value)}`);
  }
  return value;
}

function readableFile(value: string): string {
  const file = resolve(value);
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new Error(`names a file that cannot be read: ${file}`);
  }
  return file;
}
