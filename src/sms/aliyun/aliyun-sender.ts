import { providerOutcomes } from '../provider-outcome';
import { callSdk } from '../provider-sdk-call';
import type { PurposeTemplates } from '../purpose-templates';
import type { SmsSender } from '../sender';
import { ALIYUN_CODES } from './aliyun-codes';
import { aliyunConfig } from './aliyun-config';
import { readAliyunReply } from './aliyun-reply';

export interface AliyunSettings {
  accessKeyId: string;
  accessKeySecret: string;
  /** The approved signature (签名). */
  signName: string;
  /** The approved template, `SMS_…`. Its one variable must be `code`: nothing else is sent. */
  templateCode: string;
  /** In its place for these purposes. */
  templates?: PurposeTemplates;
  /** `host[:port]` for https, or a whole URL; Aliyun's central endpoint when absent. */
  endpoint?: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

/** The endpoint of the service for mainland China. */
export const ALIYUN_ENDPOINT = 'dysmsapi.aliyuncs.com';

const outcomes = providerOutcomes('aliyun', ALIYUN_CODES);

/**
 * Sender for Aliyun SMS (Dysmsapi 2017-05-25, SendSms) on the official SDK, which is loaded here and not before. `message.id` goes
 * out as `OutId`. The template gets `code` alone, because that is the one variable that a verification template of Aliyun must
 * have; how long the code is valid belongs into the template's own text.
 * @throws Error when the endpoint cannot be parsed.
 */
export function createAliyunSender(settings: AliyunSettings): SmsSender {
  const { signName, templateCode, templates, timeoutMs } = settings;
  const config = aliyunConfig({ ...settings, endpoint: settings.endpoint ?? ALIYUN_ENDPOINT });
  // require, not import(): the SDK is CommonJS, and only require yields the same shape under every compiler in use.
  const sdk: typeof import('@alicloud/dysmsapi20170525') = require('@alicloud/dysmsapi20170525');
  const client = new sdk.default(config);
  return {
    name: 'aliyun',
    async send(message) {
      const request = new sdk.SendSmsRequest({
        phoneNumbers: message.mobile,
        signName,
        templateCode: templates?.[message.purpose] ?? templateCode,
        templateParam: JSON.stringify({ code: message.code }),
        outId: message.id,
      });
      const reply = await callSdk(() => client.sendSms(request), timeoutMs);
      return readAliyunReply(outcomes, reply, (body) => body.bizId);
    },
  };
}
