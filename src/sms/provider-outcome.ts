import { classifyCode, type ProviderCodes } from './provider-codes';
import { isToken } from './safe-outcome';
import type { SmsOutcome } from './sender';

/** How an adapter turns what happened into an outcome; one set of rules for all providers. */
export interface ProviderOutcomes {
  accepted(providerCode: string, messageId: unknown): SmsOutcome;
  /** The provider answered with this status code, which is not its success code. Anything but a well-formed code is unreadable. */
  answered(code: unknown): SmsOutcome;
  /** No byte of the request was written, so nothing was sent. `failure` names the reason. */
  neverSent(failure: string): SmsOutcome;
  /** The request may have arrived and no usable answer came. `failure` names the reason. */
  unconfirmed(failure: string): SmsOutcome;
}

export function providerOutcomes(provider: string, codes: ProviderCodes): ProviderOutcomes {
  const unconfirmed = (failure: string): SmsOutcome => ({
    class: 'unknown',
    provider,
    providerCode: failure,
    fault: 'provider',
  });
  return {
    unconfirmed,
    accepted: (providerCode, messageId) => ({
      class: 'accepted',
      provider,
      providerCode,
      ...(isToken(messageId) && { messageId }),
    }),
    answered: (code) => {
      if (!isToken(code)) return unconfirmed('unreadable');
      const outcomeClass = classifyCode(codes, code);
      return {
        class: outcomeClass,
        provider,
        providerCode: code,
        ...(outcomeClass === 'refused' && { fault: 'number' }),
        ...(outcomeClass === 'misconfigured' && codes.ofSome?.includes(code) && { fault: 'message' }),
      };
    },
    neverSent: (failure) => ({ class: 'refused', provider, providerCode: failure, fault: 'provider' }),
  };
}
