import type { Webhook } from 'standardwebhooks';
import { e164 } from '../e164';
import { readJsonObject } from '../json-object';
import { providerOutcomes } from '../provider-outcome';
import { type ProviderReply, postOnce } from '../provider-post';
import type { SmsMessage, SmsOutcome, SmsSender } from '../sender';
import { WEBHOOK_CODES } from './webhook-codes';

export interface WebhookSettings {
  /** Where the messages go; https outside of this machine. */
  url: string;
  /** `whsec_…`: every request is signed with each, so that the receiver may know either while one replaces the other. */
  secrets: readonly string[];
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

const outcomes = providerOutcomes('webhook', WEBHOOK_CODES);

/**
 * Sender that hands the message to a receiver of the operator's own, signed as Standard Webhooks says
 * (github.com/standard-webhooks/standard-webhooks, spec): `webhook-id` is `message.id`. The body is JSON: id, mobile (E.164), code,
 * minutes, purpose, language.
 *
 * The receiver decides the class: 2xx is accepted, with the optional `messageId` of a JSON body; 4xx with
 * `{"outcome": "refused" | "throttled" | "misconfigured"}` is that; everything else is unknown, an error page with 2xx included.
 * `clock` gives the time to sign with, epoch milliseconds.
 * @throws Error when the URL cannot be parsed or there is no secret.
 */
export function createWebhookSender(settings: WebhookSettings, deps: { clock?: () => number } = {}): SmsSender {
  const { clock = Date.now } = deps;
  const url = new URL(settings.url);
  if (settings.secrets.length === 0) throw new Error('The webhook sender needs a secret to sign with');
  const library: typeof import('standardwebhooks') = require('standardwebhooks');
  const signers = settings.secrets.map((secret) => new library.Webhook(secret));
  return {
    name: 'webhook',
    async send(message) {
      const body = bodyOf(message);
      const headers = {
        'Content-Type': 'application/json',
        ...signatureOf(signers, message.id, new Date(clock()), body),
      };
      return readReply(await postOnce({ url, headers, body, timeoutMs: settings.timeoutMs }));
    },
  };
}

function bodyOf({ id, mobile, code, minutes, purpose, language }: SmsMessage): string {
  return JSON.stringify({ id, mobile: e164(mobile), code, minutes, purpose, language });
}

function signatureOf(signers: readonly Webhook[], id: string, at: Date, body: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, at, body)).join(' '),
  };
}

function readReply(reply: ProviderReply): SmsOutcome {
  if ('failure' in reply) return reply.sent ? outcomes.unconfirmed(reply.failure) : outcomes.neverSent(reply.failure);
  const { status, body } = reply;
  const answer = readJsonObject(body);
  if (status >= 400 && status <= 499) {
    return answer?.outcome === undefined ? outcomes.unconfirmed(`http-${status}`) : outcomes.answered(answer.outcome);
  }
  if (status < 200 || status > 299) return outcomes.unconfirmed(`http-${status}`);
  // A page of HTML was written by something in between; an outcome other than `accepted` contradicts the 2xx.
  const contradicted = answer?.outcome !== undefined && answer.outcome !== 'accepted';
  if (contradicted || body.trimStart().startsWith('<')) return outcomes.unconfirmed('unreadable');
  return outcomes.accepted(`http-${status}`, answer?.messageId);
}
