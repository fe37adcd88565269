import { isMainland } from './e164';
import type { SmsMessage, SmsOutcome } from './sender';

/** Status codes and message ids of every provider fit; a longer or stranger text is neither and must not reach a log line. */
const TOKEN = /^[\w.:^-]{1,128}$/;

/** Replaces a provider's text that must not be logged. */
const WITHHELD = 'withheld';

export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

/**
 * The outcome as logs, metrics and traces may have it. What a provider answers is chosen by others: a text that holds the mobile or
 * the code, in whatever grouping, is withheld, and so is one that is too long or has characters that no status code has. The class
 * stays, because it alone decides what happens next.
 */
export function safeOutcome(outcome: SmsOutcome, message: SmsMessage): SmsOutcome {
  const { class: outcomeClass, provider, providerCode, messageId, fault } = outcome;
  return {
    class: outcomeClass,
    provider,
    providerCode: isSafe(providerCode, message) ? providerCode : WITHHELD,
    ...(messageId !== undefined && isSafe(messageId, message) && { messageId }),
    ...(fault && { fault }),
  };
}

function isSafe(text: string, { id, mobile, code }: SmsMessage): boolean {
  // Our own id is random: digits of the code in it tell nothing.
  if (text === id) return true;
  const digits = text.replaceAll(/\D/g, '');
  return isToken(text) && !digits.includes(subscriberNumber(mobile)) && !digits.includes(code);
}

/** What of a number stands in every way to write it; no calling code has more than three digits. */
function subscriberNumber(mobile: string): string {
  return isMainland(mobile) ? mobile : mobile.slice('+123'.length);
}
