import { providerOutcomes } from '../provider-outcome';
import { callSdk, SDK_MARGIN_MS, type SdkReply } from '../provider-sdk-call';
import { parseEndpoint } from '../provider-socket';
import type { SmsOutcome, SmsSender } from '../sender';
import { ALIYUN_CODES, ALIYUN_SUCCESS } from './aliyun-codes';

export interface AliyunSettings {
  accessKeyId: string;
  accessKeySecret: string;
  /** The approved signature (签名). */
  signName: string;
  /** The approved template, `SMS_…`. Its one variable must be `code`: nothing else is sent. */
  templateCode: string;
  /** `host[:port]` for https, or a whole URL; Aliyun's central endpoint when absent. */
  endpoint?: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

/** The endpoint of the service for mainland China. */
const ALIYUN_ENDPOINT = 'dysmsapi.aliyuncs.com';

const outcomes = providerOutcomes('aliyun', ALIYUN_CODES);

/**
 * Sender for Aliyun SMS (Dysmsapi 2017-05-25, SendSms) on the official SDK, which is loaded here and not before. `message.id` goes
 * out as `OutId`. The template gets `code` alone, because that is the one variable that a verification template of Aliyun must
 * have; how long the code is valid belongs into the template's own text.
 * @throws Error when the endpoint cannot be parsed.
 */
export function createAliyunSender(settings: AliyunSettings): SmsSender {
  const { accessKeyId, accessKeySecret, signName, templateCode, timeoutMs } = settings;
  const { protocol, host } = parseEndpoint(settings.endpoint ?? ALIYUN_ENDPOINT);
  // require, not import(): the SDK is CommonJS, and only require yields the same shape under every compiler in use.
  const sdk: typeof import('@alicloud/dysmsapi20170525') = require('@alicloud/dysmsapi20170525');
  const { $OpenApiUtil }: typeof import('@alicloud/openapi-core') = require('@alicloud/openapi-core');
  const client = new sdk.default(
    new $OpenApiUtil.Config({
      accessKeyId,
      accessKeySecret,
      endpoint: host,
      protocol,
      connectTimeout: timeoutMs + SDK_MARGIN_MS,
      readTimeout: timeoutMs + SDK_MARGIN_MS,
      retryOptions: { retryable: false, retryCondition: [], noRetryCondition: [] },
    }),
  );
  return {
    name: 'aliyun',
    async send(message) {
      const request = new sdk.SendSmsRequest({
        phoneNumbers: message.mobile,
        signName,
        templateCode,
        templateParam: JSON.stringify({ code: message.code }),
        outId: message.id,
      });
      return readReply(await callSdk(() => client.sendSms(request), timeoutMs));
    },
  };
}

interface AliyunAnswer {
  statusCode?: number;
  body?: { code?: string; bizId?: string };
}

function readReply(reply: SdkReply<AliyunAnswer>): SmsOutcome {
  if (!('answer' in reply)) return readFailure(reply.error, reply.failure, reply.sent);
  const { statusCode = 0, body } = reply.answer;
  if (statusCode < 200 || statusCode > 299) return outcomes.unconfirmed(`http-${statusCode}`);
  return body?.code === ALIYUN_SUCCESS ? outcomes.accepted(ALIYUN_SUCCESS, body.bizId) : outcomes.answered(body?.code);
}

/** The SDK throws for every HTTP status from 400; only below 500 does the code that it found in the body count. */
function readFailure(error: unknown, failure: string, sent: boolean): SmsOutcome {
  if (!sent) return outcomes.neverSent(failure);
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  const answered = typeof statusCode === 'number' && statusCode >= 400 && statusCode <= 499;
  return answered && code !== 'undefined' ? outcomes.answered(code) : outcomes.unconfirmed(failure);
}
