import { e164 } from '../e164';
import { providerOutcomes } from '../provider-outcome';
import { callSdk, SDK_MARGIN_MS, type SdkReply } from '../provider-sdk-call';
import { parseEndpoint, providerAgent } from '../provider-socket';
import type { PurposeTemplates } from '../purpose-templates';
import type { SmsOutcome, SmsSender } from '../sender';
import { TENCENT_CODES, TENCENT_SUCCESS } from './tencent-codes';

export interface TencentSettings {
  secretId: string;
  secretKey: string;
  /** The SMS application, 1400…. */
  sdkAppId: string;
  /** The approved signature (签名). */
  signName: string;
  /** The approved template; its variables {1} and {2} are the code and the minutes. */
  templateId: string;
  /** In its place for these purposes. */
  templates?: PurposeTemplates;
  /** Such as `ap-guangzhou`. */
  region: string;
  /** `host[:port]` for https, or a whole URL; Tencent Cloud's general endpoint when absent. */
  endpoint?: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

export const TENCENT_ENDPOINT = 'sms.tencentcloudapi.com';

const outcomes = providerOutcomes('tencent', TENCENT_CODES);

/**
 * Sender for Tencent Cloud SMS (2021-01-11, SendSms) on the official SDK, which is loaded here and not before. `message.id` goes
 * out as `SessionContext`.
 * @throws Error when the endpoint cannot be parsed.
 */
export function createTencentSender(settings: TencentSettings): SmsSender {
  const { secretId, secretKey, sdkAppId, signName, templateId, templates, region, timeoutMs } = settings;
  const { protocol, host } = parseEndpoint(settings.endpoint ?? TENCENT_ENDPOINT);
  // require, not import(): the SDK is CommonJS, and only require yields the same shape under every compiler in use.
  const { sms }: typeof import('tencentcloud-sdk-nodejs-sms') = require('tencentcloud-sdk-nodejs-sms');
  const client = new sms.v20210111.Client({
    credential: { secretId, secretKey },
    region,
    profile: {
      httpProfile: {
        endpoint: host,
        protocol: `${protocol}://`,
        // Seconds, and only a second line behind callSdk.
        reqTimeout: (timeoutMs + SDK_MARGIN_MS) / 1000,
        // An agent of ours also keeps the SDK from taking a proxy out of the environment.
        agent: providerAgent(protocol),
      },
    },
  });
  return {
    name: 'tencent',
    async send(message) {
      const request = {
        PhoneNumberSet: [e164(message.mobile)],
        SmsSdkAppId: sdkAppId,
        SignName: signName,
        TemplateId: templates?.[message.purpose] ?? templateId,
        TemplateParamSet: [message.code, String(message.minutes)],
        SessionContext: message.id,
      };
      return readReply(await callSdk(() => client.SendSms(request), timeoutMs));
    },
  };
}

interface TencentAnswer {
  SendStatusSet?: { Code?: string; SerialNo?: string }[];
}

function readReply(reply: SdkReply<TencentAnswer>): SmsOutcome {
  if (!('answer' in reply)) return readFailure(reply.error, reply.failure, reply.sent);
  const status = reply.answer.SendStatusSet?.[0];
  return status?.Code === TENCENT_SUCCESS
    ? outcomes.accepted(TENCENT_SUCCESS, status.SerialNo)
    : outcomes.answered(status?.Code);
}

/** The SDK throws an exception with a code for `Response.Error`, and with an HTTP status for anything but 200. */
function readFailure(error: unknown, failure: string, sent: boolean): SmsOutcome {
  if (!sent) return outcomes.neverSent(failure);
  const { code, httpCode } = (error ?? {}) as { code?: unknown; httpCode?: unknown };
  if (typeof httpCode === 'number') return outcomes.unconfirmed(`http-${httpCode}`);
  return isTencentError(error) ? outcomes.answered(code) : outcomes.unconfirmed(failure);
}

/** A parsed error of the API, not of the network, which can bear a code too. */
function isTencentError(error: unknown): boolean {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string' && 'requestId' in error;
}
