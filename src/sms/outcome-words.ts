import type { SmsOutcome } from './sender';

/** What became of a message and what to do about it, for the operator who sent it as a test; no number, code or credential in it. */
export function outcomeWords({ class: outcomeClass, provider, providerCode, messageId, fault }: SmsOutcome): string {
  const page = `docs/providers/${provider}.md`;
  switch (outcomeClass) {
    case 'accepted':
      if (provider === 'console') {
        return 'console: nothing was sent, because SMS_PROVIDERS names no provider. Name one; docs/providers/ has a page for each.';
      }
      if (provider === 'test-number') return 'This is one of TEST_NUMBERS: nothing was sent, and its code is fixed.';
      return `${provider} took the message (${providerCode}${messageId ? `, id ${messageId}` : ''}). If it does not arrive within a minute or two, look it up in the provider's console.`;
    case 'refused':
      return fault === 'provider'
        ? `${provider} could not be reached (${providerCode}); nothing was sent. Check the provider's address in the settings, the name resolution, and that this machine may connect to it.`
        : `${provider} works and would not send to this number (${providerCode}); nothing was sent. The number may be invalid, or have opted out: try another.`;
    case 'throttled':
      return `${provider} limits how often messages are sent (${providerCode}); nothing was sent. Wait a minute, or raise the limit in its console.`;
    case 'misconfigured':
      return `${provider} does not accept the account or its settings (${providerCode}); nothing was sent. Check key, signature, template and balance: ${page}.`;
    case 'unknown':
      return fault === 'provider'
        ? `${provider} gave no usable answer (${providerCode}); the message may have been sent. See whether it arrives before you try again; SMS_TIMEOUT_MS is how long an answer is waited for.`
        : `${provider} answered with a code that this server does not know (${providerCode}); the message may have been sent. Look the code up at the provider: ${page}.`;
  }
}
