import { e164 } from '../e164';
import { readJsonObject } from '../json-object';
import { providerOutcomes } from '../provider-outcome';
import { type ProviderReply, postOnce } from '../provider-post';
import type { SmsMessage, SmsOutcome, SmsSender } from '../sender';
import { TWILIO_CODES } from './twilio-codes';
import { SMS_ID_PARAMETER } from './twilio-receipts';
import { twilioText } from './twilio-text';

export interface TwilioSettings {
  /** `AC…`. */
  accountSid: string;
  authToken: string;
  /** A number or name of the account, or the messaging service that picks one. */
  sender: { from: string } | { messagingServiceSid: string };
  /** Where Twilio tells what became of a message; `smsId=` and its id are added. Absent: Twilio is not asked to. */
  statusCallback?: string;
  /** Scheme and host, such as `https://api.twilio.com`. */
  baseUrl: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

const outcomes = providerOutcomes('twilio', TWILIO_CODES);

/** States of a message that was asked for just now and will not be sent (docs/messaging/api/message-resource). */
const FAILED = ['failed', 'undelivered', 'canceled'];

/**
 * Sender for Twilio (Messages resource of the 2010-04-01 API; www.twilio.com/docs/messaging/api/message-resource). Twilio has no
 * templates here: the text is ours, in the reader's language. It has no idempotency key for messages either, so nothing is repeated.
 * @throws Error when the base URL cannot be parsed.
 */
export function createTwilioSender(settings: TwilioSettings): SmsSender {
  const { accountSid, authToken, timeoutMs } = settings;
  const base = settings.baseUrl.replace(/\/+$/, '');
  const url = new URL(`${base}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`);
  if (!/^https?:$/.test(url.protocol)) throw new Error('The base URL of Twilio must start with https:// or http://');
  const headers = {
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
    Authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
  };
  return {
    name: 'twilio',
    async send(message) {
      return readReply(await postOnce({ url, headers, body: bodyOf(message, settings), timeoutMs }));
    },
  };
}

function bodyOf(message: SmsMessage, { sender, statusCallback }: TwilioSettings): string {
  const form = new URLSearchParams({ To: e164(message.mobile), Body: twilioText(message) });
  if ('from' in sender) form.set('From', sender.from);
  else form.set('MessagingServiceSid', sender.messagingServiceSid);
  if (statusCallback) form.set('StatusCallback', `${statusCallback}?${SMS_ID_PARAMETER}=${message.id}`);
  return form.toString();
}

function readReply(reply: ProviderReply): SmsOutcome {
  if ('failure' in reply) return reply.sent ? outcomes.unconfirmed(reply.failure) : outcomes.neverSent(reply.failure);
  const { status, body } = reply;
  const answer = readJsonObject(body);
  if (status >= 400 && status <= 499) {
    const { code } = answer ?? {};
    return typeof code === 'number' ? outcomes.answered(String(code)) : outcomes.unconfirmed(`http-${status}`);
  }
  if (status < 200 || status > 299) return outcomes.unconfirmed(`http-${status}`);
  if (typeof answer?.sid !== 'string') return outcomes.unconfirmed('unreadable');
  const state = String(answer.status);
  return FAILED.includes(state) ? outcomes.answered(String(answer.error_code)) : outcomes.accepted(state, answer.sid);
}
