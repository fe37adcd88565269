import { CAPTCHA_LETTERS } from '../captcha/alphabet';
import type { CaptchaLevel } from '../captcha/drawing/captcha-drawing';
import { loadTypeface } from '../captcha/drawing/outlines';
import type { LoggedEvents, LogLevel } from '../log';
import { type RedisTarget, redisTarget } from '../store/redis/redis-target';
import { privateKey, publicKeys, secretKey, secretText } from '../tickets/ticket-key';
import { documentManifest } from './document-manifest';
import { INBOUND_SETTINGS } from './inbound-settings';
import { ORIGINAL_DIALECTS } from './original-dialects';
import { PAGE_SETTINGS } from './page-settings';
import { PROVIDER_SETTINGS } from './provider-settings';
import { receiptsSecrets } from './receipts-secrets';
import {
  baseUrl,
  choice,
  httpsUrl,
  httpUrl,
  integer,
  list,
  parsed,
  readableFile,
  type Setting,
  text,
} from './setting-types';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** A cap. The largest is far above any real shop; no limit is written as 0. */
const limit = (about: string, normal: number) =>
  integer({ about: `${about}; 0: no limit`, default: normal, min: 0, max: 1_000_000_000 });

const optionalLimit = (about: string) => integer({ about: `${about}; 0: no limit`, min: 0, max: 1_000_000_000 });

/** Every setting by its name. docs/operations.md shows this table. */
export const SETTINGS = {
  NODE_ENV: choice({
    about: 'production turns off the editor at /graphql, introspection and everything else for development',
    of: ['development', 'production', 'test'] as const,
    default: 'development',
  }),
  PORT: integer({ about: 'TCP port; 0 picks a free one', default: 4000, min: 0, max: 65_535 }),
  HOST: text({ about: 'address to listen on; absent: all in production, 127.0.0.1 otherwise' }),
  LOG_LEVEL: choice<LogLevel>({ about: 'least severe log line that is written', of: LOG_LEVELS, default: 'info' }),
  LOG_EVENTS: choice<LoggedEvents>({
    about:
      '`all`: a log line for whatever happens to a request; `sends`: for messages alone; `none`: only for those that failed',
    of: ['all', 'sends', 'none'],
    default: 'all',
  }),
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
  ...PAGE_SETTINGS,
  ORIGINAL_API: choice({
    about:
      'answers front ends that were written for the original view, in the dialect named here: docs/original-api.md; absent: not a byte',
    of: ORIGINAL_DIALECTS,
  }),
  SCHEMA_SDL: choice({
    about: '`true`: `/schema.graphql` tells the schema in production as well; introspection stays off there',
    of: ['true', 'false'] as const,
    default: 'false',
  }),
  TRUSTED_DOCUMENTS: parsed({
    about:
      'documents that clients may name by their hash: a file such as persisted-documents.json of graphql-codegen; docs/frontend.md',
    parse: documentManifest,
  }),
  TRUSTED_DOCUMENTS_MODE: choice({
    about: '`only`: no other document is answered, but those of the page and of packages/client',
    of: ['allow', 'only'] as const,
    default: 'allow',
  }),
  REDIS_URL: parsed<RedisTarget>({
    about:
      'Redis: `redis://host:port/db`, comma-separated seeds of a cluster, or `redis+sentinel://host:port,host:port/NAME`; absent: in-process store',
    secret: true,
    parse: redisTarget,
  }),
  REDIS_TIMEOUT_MS: integer({ about: 'longest wait for Redis, ms', default: 1000, min: 10, max: 60_000 }),
  REDIS_KEY_PREFIX: parsed({
    about: 'put before every key, such as `shop:`; absent: nothing',
    parse: keyPrefix,
  }),
  STORE: choice({ about: '`memory` allows the in-process store in production', of: ['memory'] as const }),
  ...PROVIDER_SETTINGS,
  CAPTCHA_TTL_SECONDS: integer({
    about: 'how long a captcha can be answered, s; 100,000 at most are given out in that time',
    default: 300,
    min: 1,
    max: 86_400,
  }),
  CAPTCHA_LEVEL: choice<CaptchaLevel | 'auto'>({
    about: '`normal`: legible first; `hard`; `auto`: normal',
    of: ['auto', 'normal', 'hard'],
    default: 'auto',
  }),
  CAPTCHA_FONTS: list({ about: 'typefaces in place of the own ones: font files, comma-separated', item: captchaFont }),
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
  SMS_PER_CLIENT_HOUR: limit(
    'messages asked for by one client address (IPv6: its /64) in any hour; with ABUSE_POLICY=enforce, unconfirmed ones',
    20,
  ),
  CAPTCHA_PER_CLIENT_MINUTE: limit('captchas for one client address in any minute', 60),
  SMS_PER_NETWORK_HOUR: optionalLimit(
    'messages asked for from one network (IPv4: /24, IPv6: /48) in any hour; absent: a tenth of SMS_DAILY_BUDGET',
  ),
  CAPTCHA_PER_NETWORK_MINUTE: limit('captchas for one network (IPv4: /24, IPv6: /48) in any minute', 600),
  VERIFY_PER_CLIENT_HOUR: limit(
    'wrong codes for one client address in any hour; as many more where nothing is compared (no such request, a void one)',
    120,
  ),
  VERIFY_MAX_ATTEMPTS: limit('wrong codes before the code of a request is void', 5),
  VERIFY_MAX_FAILURES: limit('wrong codes in a row, over all requests of a mobile, before it must wait an hour', 100),
  SMS_DAILY_BUDGET: limit('messages over all mobiles in any 24 hours; a warning at 80 %', 10_000),
  VERIFY_FOREIGN_CODES: choice({
    about: '`true`: codes that other services wrote under `sms:{mobile}` are checked where no uuid is named',
    of: ['true', 'false'] as const,
    default: 'false',
  }),
  ABUSE_POLICY: choice<'enforce' | 'report' | 'off'>({
    about:
      'messages for which neither the client, its network nor the number has an allowance: `enforce` refuses them, `report` counts them in the metrics, `off` knows no allowances; docs/abuse.md',
    of: ['enforce', 'report', 'off'],
    default: 'enforce',
  }),
  TRUSTED_DEVICE_SECRET: parsed<string>({
    about:
      'signs the tokens of trusted devices, 32 bytes or more; another one voids them all; `off`: none are given; absent: derived from the key of client hashes',
    secret: true,
    parse: (text) => (text === 'off' ? text : secretText(text)),
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
  RECEIPTS_SECRET: parsed({
    about:
      'opens `POST /receipts/{secret}/{provider}` for delivery receipts, on METRICS_PORT where one is set; 128 random bits or more, several comma-separated while it is changed; absent: no such path',
    secret: true,
    parse: receiptsSecrets,
  }),
  RECEIPTS_URL: parsed({
    about:
      'where Twilio reaches those paths, such as `https://sms.shop.example`: it is told, and signs, the whole address',
    parse: baseUrl(httpsUrl),
  }),
  ...INBOUND_SETTINGS,
  OTEL_EXPORTER_OTLP_ENDPOINT: parsed({ about: 'OTLP/HTTP collector; absent: no traces', parse: httpUrl }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: parsed({ about: 'the same, for traces alone, with its path', parse: httpUrl }),
  OTEL_SDK_DISABLED: text({ about: '`true`: no traces, whatever else is set', default: 'false' }),
  CLIENT_HASH_SECRET: text({
    about:
      'key of the hashes that stand for client addresses in the store; absent: derived from the secrets of the SMS providers',
    secret: true,
  }),
} satisfies Record<string, Setting<unknown>>;

function origin(value: string): string {
  if (value !== '*' && (!URL.canParse(value) || new URL(value).origin !== value)) {
    throw new Error(`must hold origins such as https://shop.example, not ${JSON.stringify(withoutLogin(value))}`);
  }
  return value;
}

/** An error must not repeat a password that somebody wrote into an address. */
function withoutLogin(address: string): string {
  return address.replace(/[^/]*@/, '…@');
}

/** A cluster finds the slot of a key between its first braces. */
function keyPrefix(value: string): string {
  if (/[{}]/.test(value)) throw new Error('must have no { and no }: they decide where a cluster keeps a key');
  // Whatever stands there in the database of another shop, its strangers take by naming it as their captcha.
  if (value.includes('img:'))
    throw new Error('must not hold img:, below which strangers name the captchas of another shop');
  return value;
}

/** Told with all other problems. */
function captchaFont(value: string): string {
  const file = readableFile(value);
  try {
    loadTypeface(file, CAPTCHA_LETTERS);
  } catch (error) {
    throw new Error(`can't be used: ${(error as Error).message}`);
  }
  return file;
}
