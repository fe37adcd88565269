import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import type { SmsMessage, SmsOutcome, SmsSender } from './sender';

export interface SmsAttempt {
  /** Correlation id of the send, `SmsMessage.id`. */
  id: string;
  outcome: SmsOutcome;
  durationMs: number;
}

export interface FailoverOptions {
  /** Told of every attempt at every provider, in order. */
  onAttempt?: (attempt: SmsAttempt) => void;
  /** Told when a provider is set aside, and when it serves again. */
  onSetAside?: (provider: string, setAside: boolean) => void;
  /** So many failures in a row set a provider aside (5). */
  failures?: number;
  /** For so long, ms, before one message is tried on it again (30,000). */
  restMs?: number;
}

/**
 * Offers a message to the senders in order, until one takes it. The next one is tried only while it is certain that nothing was
 * sent: after `refused` and `misconfigured`, never after `unknown` (the message may be on its way) or `throttled` (the limit is
 * there to protect the number).
 *
 * With more than one sender, one that keeps failing is set aside for a while: failures are misconfigured, unknown, and refused for
 * want of a connection; a bad number says nothing about the provider. A lone sender is never set aside, since nobody would serve
 * in its place. When all are, the outcome is `refused` with the code `circuit-open`.
 *
 * Takes at most the sum of the senders' time-outs. Never throws.
 */
export function createFailoverSender(senders: readonly SmsSender[], options: FailoverOptions = {}): SmsSender {
  const providers = senders.map((sender) => guardedProvider(sender, options, senders.length > 1));
  const name = senders.map((sender) => sender.name).join(',');
  return {
    name,
    async send(message) {
      let outcome: SmsOutcome = { class: 'refused', provider: name, providerCode: 'circuit-open', fault: 'provider' };
      for (const attempt of providers) {
        outcome = (await attempt(message)) ?? outcome;
        if (outcome.class !== 'refused' && outcome.class !== 'misconfigured') break;
      }
      return outcome;
    },
  };
}

/** One attempt at a provider, or undefined while it is set aside. */
type Provider = (message: SmsMessage) => Promise<SmsOutcome | undefined>;

function guardedProvider(sender: SmsSender, options: FailoverOptions, mayRest: boolean): Provider {
  const attempt = (message: SmsMessage) => observedSend(sender, message, options.onAttempt);
  if (!mayRest) return attempt;

  const { failures = 5, restMs = 30_000, onSetAside } = options;
  const breaker = circuitBreaker(
    handleWhenResult((outcome) => speaksAgainstProvider(outcome as SmsOutcome)),
    { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failures) },
  );
  breaker.onBreak(() => onSetAside?.(sender.name, true));
  breaker.onReset(() => onSetAside?.(sender.name, false));
  return async (message) => {
    // While one message tries the provider out, the others go elsewhere instead of waiting for it.
    if (breaker.state === CircuitState.HalfOpen) return undefined;
    let outcome: SmsOutcome | undefined;
    try {
      await breaker.execute(async () => {
        outcome = await attempt(message);
        return outcome;
      });
    } catch {
      // Set aside: the attempt itself does not throw.
    }
    return outcome;
  };
}

async function observedSend(
  sender: SmsSender,
  message: SmsMessage,
  onAttempt: FailoverOptions['onAttempt'],
): Promise<SmsOutcome> {
  const started = performance.now();
  let outcome: SmsOutcome;
  try {
    outcome = await sender.send(message);
  } catch {
    // A sender that breaks its word may have sent the message before it did.
    outcome = { class: 'unknown', provider: sender.name, providerCode: 'exception' };
  }
  try {
    onAttempt?.({ id: message.id, outcome, durationMs: performance.now() - started });
  } catch {
    // Whoever watches must not change what becomes of a message.
  }
  return outcome;
}

function speaksAgainstProvider({ class: outcomeClass, fault }: SmsOutcome): boolean {
  return outcomeClass === 'misconfigured' || outcomeClass === 'unknown' || fault === 'provider';
}
