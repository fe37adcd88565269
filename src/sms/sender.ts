import type { VerificationPurpose } from './purpose';

/** One text message that carries a one-time code. */
export interface SmsMessage {
  /** Correlation id of this send: 32 characters of [0-9a-f], never used twice. Providers get it as their request id. */
  id: string;
  /** 11 ASCII digits of a mainland number; for one of another country E.164, with the plus. */
  mobile: string;
  /** The one-time code, six ASCII digits. */
  code: string;
  /** Lifetime of the code as the text tells it, whole minutes, at least 1. */
  minutes: number;
  /** What the code is good for; a provider may have a template for each. */
  purpose: VerificationPurpose;
  /** The language that its reader prefers; templates of mainland providers have their own. */
  language: 'zh' | 'en';
}

/**
 * What became of a message. The class alone decides what happens next:
 * - `accepted`: the provider took it.
 * - `refused`: it definitely was not sent (a parsed business error, or no connection was ever made); another provider may be tried.
 * - `throttled`: the provider's own frequency limit; definitely not sent, and no other provider may be tried.
 * - `misconfigured`: definitely not sent because of our account (signature, template, balance, permission); another provider may be tried.
 * - `unknown`: it may have been sent (time-out, reset, 5xx, unreadable answer, system error); nothing may be sent again.
 */
export type SmsOutcomeClass = 'accepted' | 'refused' | 'throttled' | 'misconfigured' | 'unknown';

export interface SmsOutcome {
  class: SmsOutcomeClass;
  /** Name of the provider that answered, as in SMS_PROVIDERS. */
  provider: string;
  /** The provider's own status code, or the name of the network failure (`timeout`, `ECONNRESET`, `http-500`, `unreadable`). */
  providerCode: string;
  /** The provider's id of an accepted message. */
  messageId?: string;
  /**
   * Where the cause of a failure lies. `number`, only with `refused`: the provider works and refuses this number. `message`, only with
   * `misconfigured`: the account lacks what this message needs, by its number or its purpose, and may have what others need. `provider`, with `refused` and `unknown`: it could not be reached, its circuit is open, or no usable answer came
   * (time-out, reset, 5xx, unreadable). Absent with `unknown`: a proper answer, with a status code that no table lists.
   */
  fault?: 'number' | 'message' | 'provider';
}

/** The border to an SMS provider. Every adapter passes test/sms/contract.ts. */
export interface SmsSender {
  readonly name: string;
  /**
   * Hands the message over, at most once. Answers within the sender's time-out; never throws and never retries: whatever goes
   * wrong is an outcome.
   */
  send(message: SmsMessage): Promise<SmsOutcome>;
}
