import { type AliyunSettings, createAliyunSender } from './aliyun/aliyun-sender';
import { type ConsoleSender, createConsoleSender } from './console/console-sender';
import { createFailoverSender, type SmsAttempt } from './failover-sender';
import type { Provider } from './providers';
import { createRonglianSender, type RonglianSettings } from './ronglian/ronglian-sender';
import type { SmsSender } from './sender';
import { createTencentSender, type TencentSettings } from './tencent/tencent-sender';

export interface SmsSettings {
  /** In order of preference, at least one, none twice. */
  providers: readonly Provider[];
  /** Wall-clock limit of one attempt at one provider, milliseconds. */
  timeoutMs: number;
  /** Those of the providers above must be there. */
  ronglian?: Omit<RonglianSettings, 'timeoutMs'>;
  aliyun?: Omit<AliyunSettings, 'timeoutMs'>;
  tencent?: Omit<TencentSettings, 'timeoutMs'>;
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
  /** The time that Ronglian's signature tells, epoch milliseconds. */
  clock?: () => number;
}

export interface ConfiguredSender extends SmsSender {
  /** The console sender, if it is among the providers: it knows the last message. */
  readonly console?: ConsoleSender;
}

/**
 * Makes the sender that SMS_PROVIDERS asks for; a provider's SDK is loaded only when the provider is named.
 * @throws Error (by rejection) when there is no provider, or a named one has no settings or an endpoint that cannot be parsed.
 */
export async function createSender(settings: SmsSettings, deps: SenderDeps): Promise<ConfiguredSender> {
  const { log, onAttempt, clock } = deps;
  const { providers, timeoutMs } = settings;
  if (providers.length === 0) throw new Error('No SMS provider is configured');
  const consoleSender = providers.includes('console') ? createConsoleSender(log) : undefined;

  const senders = providers.map((provider): SmsSender => {
    if (provider === 'ronglian' && settings.ronglian) {
      return createRonglianSender({ ...settings.ronglian, timeoutMs }, { clock });
    }
    if (provider === 'aliyun' && settings.aliyun) return createAliyunSender({ ...settings.aliyun, timeoutMs });
    if (provider === 'tencent' && settings.tencent) return createTencentSender({ ...settings.tencent, timeoutMs });
    if (provider === 'console' && consoleSender) return consoleSender;
    throw new Error(`The SMS provider ${provider} is named and has no settings`);
  });

  const failover = createFailoverSender(senders, {
    onAttempt: (attempt) => {
      // The one outcome of a send is logged by who asked for it; with several providers, those passed over on the way show here.
      if (senders.length > 1) logPassedOver(log, attempt);
      onAttempt?.(attempt);
    },
    onCircuit: (provider, state) => {
      if (state === 'open')
        log.warn({ provider }, 'SMS provider keeps failing: circuit open, the next provider serves');
      else log.info({ provider }, 'SMS provider works again: circuit closed');
    },
  });
  return { ...failover, console: consoleSender };
}

function logPassedOver(log: SenderLog, { id, outcome, durationMs }: SmsAttempt): void {
  const fields = { smsId: id, ...outcome, durationMs: Math.round(durationMs) };
  if (outcome.class === 'misconfigured')
    log.error(fields, 'SMS provider account or settings are wrong: next provider, if any');
  if (outcome.class === 'refused') log.warn(fields, 'SMS provider did not take the message: next provider, if any');
}
