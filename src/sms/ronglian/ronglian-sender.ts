import { readJsonObject } from '../json-object';
import { providerOutcomes } from '../provider-outcome';
import { type ProviderReply, postOnce } from '../provider-post';
import type { PurposeTemplates } from '../purpose-templates';
import type { SmsMessage, SmsOutcome, SmsSender } from '../sender';
import { RONGLIAN_CODES, RONGLIAN_SUCCESS } from './ronglian-codes';
import { signRonglian } from './ronglian-signature';

export interface RonglianSettings {
  accountSid: string;
  authToken: string;
  appId: string;
  /** The approved template; it gets the code and the minutes, in this order. */
  templateId: string;
  /** In its place for these purposes. */
  templates?: PurposeTemplates;
  /** Scheme, host and port, with or without a trailing slash, such as `https://app.cloopen.com:8883`. */
  baseUrl: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

const outcomes = providerOutcomes('ronglian', RONGLIAN_CODES);

/**
 * Sender for Ronglian 容联云 (REST API 2013-12-26, TemplateSMS; doc.yuntongxun.com). `message.id` goes out as `reqId`, by which
 * the provider drops a repetition within the day. `clock` gives the time to sign with, epoch milliseconds.
 */
export function createRonglianSender(settings: RonglianSettings, deps: { clock?: () => number } = {}): SmsSender {
  const { clock = Date.now } = deps;
  const account = encodeURIComponent(settings.accountSid);
  const endpoint = new URL(`${settings.baseUrl.replace(/\/+$/, '')}/2013-12-26/Accounts/${account}/SMS/TemplateSMS`);
  if (!/^https?:$/.test(endpoint.protocol))
    throw new Error('The base URL of Ronglian must start with https:// or http://');
  return {
    name: 'ronglian',
    async send(message) {
      const { sig, authorization } = signRonglian({ ...settings, at: new Date(clock()) });
      const url = new URL(endpoint);
      url.searchParams.set('sig', sig);
      const headers = {
        Accept: 'application/json',
        'Content-Type': 'application/json;charset=utf-8',
        Authorization: authorization,
      };
      return readReply(
        await postOnce({ url, headers, body: bodyOf(message, settings), timeoutMs: settings.timeoutMs }),
      );
    },
  };
}

function bodyOf(message: SmsMessage, { appId, templateId, templates }: RonglianSettings): string {
  return JSON.stringify({
    to: message.mobile,
    appId,
    templateId: templates?.[message.purpose] ?? templateId,
    datas: [message.code, String(message.minutes)],
    reqId: message.id,
  });
}

interface RonglianAnswer {
  statusCode?: unknown;
  templateSMS?: { smsMessageSid?: unknown } | null;
}

function readReply(reply: ProviderReply): SmsOutcome {
  if ('failure' in reply) return reply.sent ? outcomes.unconfirmed(reply.failure) : outcomes.neverSent(reply.failure);
  const ok = reply.status >= 200 && reply.status < 300;
  if (!ok && (reply.status < 400 || reply.status > 499)) return outcomes.unconfirmed(`http-${reply.status}`);
  const answer: RonglianAnswer | undefined = readJsonObject(reply.body);
  if (answer === undefined) return outcomes.unconfirmed(ok ? 'unreadable' : `http-${reply.status}`);
  if (answer.statusCode !== RONGLIAN_SUCCESS) return outcomes.answered(answer.statusCode);
  return ok
    ? outcomes.accepted(RONGLIAN_SUCCESS, answer.templateSMS?.smsMessageSid)
    : outcomes.unconfirmed(`http-${reply.status}`);
}
