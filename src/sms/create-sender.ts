import { type AliyunSettings, createAliyunSender } from './aliyun/aliyun-sender';
import { type AliyunAuthSettings, createAliyunAuthSender } from './aliyun-auth/aliyun-auth-sender';
import { type ConsoleSender, createConsoleSender } from './console/console-sender';
import { createCountrySender } from './country-sender';
import { createFailoverSender, type SmsAttempt } from './failover-sender';
import { MAINLAND_NUMBERING } from './numbering';
import type { Provider } from './providers';
import { createRonglianSender, type RonglianSettings } from './ronglian/ronglian-sender';
import type { SmsSender } from './sender';
import { createTencentSender, type TencentSettings } from './tencent/tencent-sender';
import { createTestNumbersSender, type TestNumber } from './test-numbers-sender';
import { createTwilioSender, type TwilioSettings } from './twilio/twilio-sender';
import { createWebhookSender, type WebhookSettings } from './webhook/webhook-sender';

export interface SmsSettings {
  /** In order of preference, at least one, none twice. */
  providers: readonly Provider[];
  /** Who serves each country (ISO 3166-1 alpha-2), in order of preference, out of `providers`; absent: all serve all. */
  byCountry?: Readonly<Record<string, readonly Provider[]>>;
  /** Wall-clock limit of one attempt at one provider, milliseconds. */
  timeoutMs: number;
  /** Those of the providers above must be there. */
  ronglian?: Omit<RonglianSettings, 'timeoutMs'>;
  aliyun?: Omit<AliyunSettings, 'timeoutMs'>;
  aliyunAuth?: Omit<AliyunAuthSettings, 'timeoutMs'>;
  tencent?: Omit<TencentSettings, 'timeoutMs'>;
  webhook?: Omit<WebhookSettings, 'timeoutMs'>;
  twilio?: Omit<TwilioSettings, 'timeoutMs'>;
  /** Numbers that are never sent anything. */
  testNumbers?: readonly TestNumber[];
}

/** The part of a logger that senders use; pino's fits. */
export interface SenderLog {
  info(fields: object, msg: string): void;
  warn(fields: object, msg: string): void;
  error(fields: object, msg: string): void;
}

export interface SenderDeps {
  log: SenderLog;
  /** Told of every attempt at every provider: also of one after which the next provider was tried. */
  onAttempt?: (attempt: SmsAttempt) => void;
  /** Told when a provider's circuit opens, and when it closes again. */
  onCircuit?: (provider: string, state: 'open' | 'closed') => void;
  /** The country of a number, for `byCountry`; absent: all are mainland numbers. */
  countryOf?: (mobile: string) => string;
  /** The time that the signatures of Ronglian and the webhook tell, epoch milliseconds. */
  clock?: () => number;
}

export interface ConfiguredSender extends SmsSender {
  /** The console sender, if it is among the providers: it knows the last message. */
  readonly console?: ConsoleSender;
}

/**
 * Makes the sender that SMS_PROVIDERS or SMS_PROVIDERS_BY_COUNTRY ask for; a provider's SDK is loaded only when the provider is named.
 * @throws Error (by rejection) when there is no provider, or a named one has no settings or an endpoint that cannot be parsed.
 */
export async function createSender(settings: SmsSettings, deps: SenderDeps): Promise<ConfiguredSender> {
  const { log, onAttempt, onCircuit, clock } = deps;
  const { providers } = settings;
  if (providers.length === 0) throw new Error('No SMS provider is configured');
  const consoleSender = providers.includes('console') ? createConsoleSender(log) : undefined;

  const senders = new Map(
    providers.map((provider): [Provider, SmsSender] => {
      const sender = provider === 'console' ? consoleSender : createProviderSender(provider, settings, clock);
      if (!sender) throw new Error(`The SMS provider ${provider} is named and has no settings`);
      return [provider, sender];
    }),
  );

  const failoverAmong = (names: readonly Provider[]): SmsSender => {
    const among = names.flatMap((name) => senders.get(name) ?? []);
    return createFailoverSender(among, {
      onAttempt: (attempt) => {
        // The one outcome of a send is logged by who asked for it; with several providers, those passed over on the way show here.
        if (among.length > 1) logPassedOver(log, attempt);
        onAttempt?.(attempt);
      },
      onCircuit: (provider, state) => {
        if (state === 'open')
          log.warn({ provider }, 'SMS provider keeps failing: circuit open, the next provider serves');
        else log.info({ provider }, 'SMS provider works again: circuit closed');
        onCircuit?.(provider, state);
      },
    });
  };
  const { byCountry } = settings;
  const { countryOf = MAINLAND_NUMBERING.countryOf } = deps;
  const everyone = byCountry
    ? createCountrySender(
        new Map(Object.entries(byCountry).map(([country, names]) => [country, failoverAmong(names)])),
        countryOf,
      )
    : failoverAmong(providers);
  const { testNumbers = [] } = settings;
  const sender = testNumbers.length > 0 ? createTestNumbersSender(everyone, testNumbers) : everyone;
  return { ...sender, console: consoleSender };
}

function createProviderSender(
  provider: Exclude<Provider, 'console'>,
  settings: SmsSettings,
  clock: SenderDeps['clock'],
): SmsSender | undefined {
  const { timeoutMs, ronglian, aliyun, aliyunAuth, tencent, webhook, twilio } = settings;
  switch (provider) {
    case 'ronglian':
      return ronglian && createRonglianSender({ ...ronglian, timeoutMs }, { clock });
    case 'aliyun':
      return aliyun && createAliyunSender({ ...aliyun, timeoutMs });
    case 'aliyun-auth':
      return aliyunAuth && createAliyunAuthSender({ ...aliyunAuth, timeoutMs });
    case 'tencent':
      return tencent && createTencentSender({ ...tencent, timeoutMs });
    case 'webhook':
      return webhook && createWebhookSender({ ...webhook, timeoutMs }, { clock });
    case 'twilio':
      return twilio && createTwilioSender({ ...twilio, timeoutMs });
  }
}

function logPassedOver(log: SenderLog, { id, outcome, durationMs }: SmsAttempt): void {
  const fields = { smsId: id, ...outcome, durationMs: Math.round(durationMs) };
  if (outcome.class === 'misconfigured')
    log.error(fields, 'SMS provider account or settings are wrong: next provider, if any');
  if (outcome.class === 'refused') log.warn(fields, 'SMS provider did not take the message: next provider, if any');
}
