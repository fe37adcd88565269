import type { CaptchaLevel } from '../captcha/drawing/captcha-drawing';
import type { LimitSettings } from '../limits/rules';
import type { LoggedEvents, LogLevel } from '../log';
import type { InboundSettings } from '../sms/inbound-numbers';
import type { StoreSettings } from '../store/open-store';
import type { TicketSettings } from '../tickets/ticket-signer';
import { clientHashSecret, hasSecrets, trustedDeviceSecret } from './client-hash-secret';
import { inboundSettings } from './inbound-settings';
import { nearMisses } from './near-misses';
import type { OriginalDialect } from './original-dialects';
import { SETTINGS } from './settings';
import { type ConfiguredSms, smsSettings } from './sms-settings';

type Values = { [Name in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[Name]['parse']> };

export interface Config {
  /** The editor at /graphql, introspection, the last code on the page: never in production. */
  development: boolean;
  /** Whether /schema.graphql is answered. */
  schemaSdl: boolean;
  /** Where to listen; undefined: on all addresses. */
  host: string | undefined;
  port: number;
  logLevel: LogLevel;
  logEvents: LoggedEvents;
  trustProxy: number;
  corsOrigins: readonly string[];
  page: PageSettings;
  /** How front ends of the original view are answered; undefined: they are not. */
  originalApi: OriginalDialect | undefined;
  /** Documents that are answered by their hash, or as the only ones; undefined: texts alone, and any. */
  trustedDocuments: { manifest: Readonly<Record<string, string>>; only: boolean } | undefined;
  store: StoreSettings;
  sms: ConfiguredSms;
  smsCode: {
    /** Lifetime of a code, ms. */
    codeTtlMs: number;
    /** Whether codes that other services wrote are checked. */
    foreignCodes: boolean;
  };
  captcha: { ttlMs: number; level: CaptchaLevel | 'auto'; fontFiles: readonly string[] };
  limits: LimitSettings;
  clientHashSecret: string;
  /** Whether other processes with the same settings have another clientHashSecret: it is random. */
  clientHashIsRandom: boolean;
  /** undefined: no device is trusted. */
  trustedDeviceSecret: string | undefined;
  /** undefined: /metrics stands on the port of everything else. */
  metricsPort: number | undefined;
  /** What opens the paths that providers push to, none: there are no such paths; and where Twilio reaches them. */
  receipts: { secrets: readonly string[]; publicUrl: string | undefined };
  /** undefined: nobody confirms a mobile by sending. */
  inbound: InboundSettings | undefined;
  /** undefined: no tickets are signed. */
  tickets: TicketSettings | undefined;
  /** Whether traces are sent; where to and how is between the OTEL_ variables and the OpenTelemetry SDK, which reads them itself. */
  tracing: boolean;
  /** What an operator should know and what does not keep the server from starting, one line each, for the log. */
  warnings: readonly string[];
}

export interface PageSettings {
  /** Origins that tickets are handed to. */
  returnOrigins: readonly string[];
  /** Name, logo, colour and link of whoever runs the server; undefined: the page's own. */
  name: string | undefined;
  logoFile: string | undefined;
  /** Six hexadecimal digits after a `#`. */
  colour: string | undefined;
  privacyUrl: string | undefined;
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
  const inbound = inboundSettings(values, problems);
  if (values.ORIGINAL_API && !sms.countries.includes('CN')) {
    problems.push('ORIGINAL_API answers for mainland numbers alone, and SMS_COUNTRIES does not name CN');
  }
  if (values.RETURN_ORIGINS?.length > 0 && !tickets && !problems.some((problem) => problem.startsWith('TICKET_'))) {
    problems.push('RETURN_ORIGINS has no tickets to hand over: set TICKET_PRIVATE_KEY or TICKET_SECRET');
  }
  if (values.METRICS_PORT && values.METRICS_PORT === values.PORT) problems.push('METRICS_PORT is the same as PORT');
  if (problems.length > 0) throw new ConfigError(problems);
  const hashSecret = values.CLIENT_HASH_SECRET ?? clientHashSecret(sms);
  return Object.freeze({
    development: values.NODE_ENV !== 'production',
    schemaSdl: values.NODE_ENV !== 'production' || values.SCHEMA_SDL === 'true',
    // Everyone on the network would otherwise reach what is for the developer alone.
    host: values.HOST ?? (values.NODE_ENV === 'production' ? undefined : '127.0.0.1'),
    port: values.PORT,
    logLevel: values.LOG_LEVEL,
    logEvents: values.LOG_EVENTS,
    trustProxy: values.TRUST_PROXY,
    corsOrigins: values.CORS_ORIGINS,
    page: {
      returnOrigins: values.RETURN_ORIGINS,
      name: values.PAGE_NAME,
      logoFile: values.PAGE_LOGO,
      colour: values.PAGE_COLOR,
      privacyUrl: values.PAGE_PRIVACY_URL,
    },
    originalApi: values.ORIGINAL_API,
    trustedDocuments:
      values.TRUSTED_DOCUMENTS || values.TRUSTED_DOCUMENTS_MODE === 'only'
        ? { manifest: values.TRUSTED_DOCUMENTS ?? {}, only: values.TRUSTED_DOCUMENTS_MODE === 'only' }
        : undefined,
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
      abusePolicy: values.ABUSE_POLICY,
    },
    clientHashIsRandom: values.CLIENT_HASH_SECRET === undefined && !hasSecrets(sms),
    clientHashSecret: hashSecret,
    trustedDeviceSecret:
      values.TRUSTED_DEVICE_SECRET === 'off' || values.ABUSE_POLICY === 'off'
        ? undefined
        : (values.TRUSTED_DEVICE_SECRET ?? trustedDeviceSecret(hashSecret)),
    metricsPort: values.METRICS_PORT,
    inbound,
    receipts: { secrets: values.RECEIPTS_SECRET ?? [], publicUrl: values.RECEIPTS_URL },
    tickets,
    tracing:
      values.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
      (values.OTEL_EXPORTER_OTLP_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined,
    warnings: warnings(environment, values, sms),
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

function warnings(
  environment: Environment,
  { NODE_ENV, TEST_NUMBERS, RECEIPTS_SECRET, RECEIPTS_URL, SMS_CODE_TTL_SECONDS }: Values,
  { countries, countryBudgets, providers }: ConfiguredSms,
): string[] {
  const lines = nearMisses(Object.keys(environment), Object.keys(SETTINGS));
  if (RECEIPTS_SECRET && !RECEIPTS_URL && providers.includes('twilio')) {
    lines.push('RECEIPTS_URL is missing: Twilio is not asked for receipts');
  }
  if (SMS_CODE_TTL_SECONDS < 60) {
    lines.push(
      `SMS_CODE_TTL_SECONDS=${SMS_CODE_TTL_SECONDS} is less than messages can tell: they say that the code is good for 1 minute`,
    );
  }
  if (NODE_ENV === 'production' && TEST_NUMBERS.length > 0) {
    lines.push(
      `TEST_NUMBERS gives fixed codes to this many numbers: ${TEST_NUMBERS.length}; whoever knows one can confirm it`,
    );
  }
  const unbounded = countries.filter((country) => country !== 'CN' && !countryBudgets[country]);
  if (unbounded.length > 0) {
    lines.push(
      `SMS_COUNTRY_BUDGETS names no budget for ${unbounded.join(', ')}: fraud there can use up all of SMS_DAILY_BUDGET`,
    );
  }
  return lines;
}
