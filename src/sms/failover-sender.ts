import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import { safeOutcome } from './safe-outcome';
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
  /** Told when a provider's circuit opens, and when it closes again. */
  onCircuit?: (provider: string, state: 'open' | 'closed') => void;
  /** So many failures in a row open a provider's circuit (5). */
  failures?: number;
  /** ms after which an open circuit is half-open: one message is tried (30,000). */
  halfOpenAfterMs?: number;
}

/**
 * Offers a message to the senders in order, until one takes it. The next one is tried only while it is certain that nothing was
 * sent: after `refused` and `misconfigured`, never after `unknown` (the message may be on its way) or `throttled` (the limit is
 * there to protect the number).
 *
 * With more than one sender, the circuit of one that keeps failing opens for a while. Only misconfiguration and the lack of a usable
 * answer (`fault: 'provider'`) count as failures: a provider that answers is well, whatever it says of a number, its country or a purpose,
 * which whoever asks chooses: a stranger could else have everybody's messages go elsewhere, or nowhere. A lone sender has no
 * circuit, since nobody would serve in its place. When all circuits are open, the outcome is `refused` with the code `circuit-open`.
 *
 * What a provider answered passes through `safeOutcome` here, for all senders, before anybody is told.
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

/** One attempt at a provider, or undefined while its circuit is open. */
type Provider = (message: SmsMessage) => Promise<SmsOutcome | undefined>;

function guardedProvider(sender: SmsSender, options: FailoverOptions, hasCircuit: boolean): Provider {
  const attempt = (message: SmsMessage) => observedSend(sender, message, options.onAttempt);
  if (!hasCircuit) return attempt;

  const { failures = 5, halfOpenAfterMs = 30_000, onCircuit } = options;
  // When it is half-open is decided below: the library goes by a clock that may be set back, and would keep a circuit open for as long.
  const breaker = circuitBreaker(
    handleWhenResult((outcome) => countsAsFailure(outcome as SmsOutcome)),
    { halfOpenAfter: Number.NEGATIVE_INFINITY, breaker: new ConsecutiveBreaker(failures) },
  );
  let openedAt = 0;
  breaker.onBreak(() => {
    openedAt = performance.now();
    onCircuit?.(sender.name, 'open');
  });
  breaker.onReset(() => onCircuit?.(sender.name, 'closed'));
  return async (message) => {
    // While one message tries the provider out, the others go elsewhere instead of waiting for it.
    if (breaker.state === CircuitState.HalfOpen) return undefined;
    if (breaker.state === CircuitState.Open && performance.now() - openedAt < halfOpenAfterMs) return undefined;
    let outcome: SmsOutcome | undefined;
    try {
      await breaker.execute(async () => {
        outcome = await attempt(message);
        return outcome;
      });
    } catch {
      // The circuit is open: the attempt itself does not throw.
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
    outcome = safeOutcome(await sender.send(message), message);
  } catch {
    // A sender that breaks its word may have sent the message before it did.
    outcome = { class: 'unknown', provider: sender.name, providerCode: 'exception', fault: 'provider' };
  }
  try {
    onAttempt?.({ id: message.id, outcome, durationMs: performance.now() - started });
  } catch {
    // Whoever watches must not change what becomes of a message.
  }
  return outcome;
}

function countsAsFailure({ class: outcomeClass, fault }: SmsOutcome): boolean {
  return (outcomeClass === 'misconfigured' && fault !== 'message') || fault === 'provider';
}
