import { aliyunConfig } from '../aliyun/aliyun-config';
import { readAliyunReply } from '../aliyun/aliyun-reply';
import { providerOutcomes } from '../provider-outcome';
import { callSdk } from '../provider-sdk-call';
import type { PurposeTemplates } from '../purpose-templates';
import type { SmsSender } from '../sender';
import { ALIYUN_AUTH_CODES } from './aliyun-auth-codes';

export interface AliyunAuthSettings {
  accessKeyId: string;
  accessKeySecret: string;
  /** A signature that the service's console gives; it goes with templates of the same console only. */
  signName: string;
  /** A template of the console; its variables are `code` and `min`. */
  templateCode: string;
  /** In its place for these purposes. */
  templates?: PurposeTemplates;
  /** `host[:port]` for https, or a whole URL; Aliyun's central endpoint when absent. */
  endpoint?: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

export const ALIYUN_AUTH_ENDPOINT = 'dypnsapi.aliyuncs.com';

const outcomes = providerOutcomes('aliyun-auth', ALIYUN_AUTH_CODES);

/**
 * Sender for Aliyun's SMS authentication service 短信认证服务 (Dypnsapi 2017-05-25, SendSmsVerifyCode;
 * help.aliyun.com/zh/pnvs), which needs no signature of one's own, on the official SDK, which is loaded here and not before. The code
 * is ours and checked by us: it stands in `TemplateParam`, and the service's own check (CheckSmsVerifyCode) is never asked.
 * `message.id` goes out as `OutId`.
 * @throws Error when the endpoint cannot be parsed.
 */
export function createAliyunAuthSender(settings: AliyunAuthSettings): SmsSender {
  const { signName, templateCode, templates, timeoutMs } = settings;
  const config = aliyunConfig({ ...settings, endpoint: settings.endpoint ?? ALIYUN_AUTH_ENDPOINT });
  // require, not import(): the SDK is CommonJS, and only require yields the same shape under every compiler in use.
  const sdk: typeof import('@alicloud/dypnsapi20170525') = require('@alicloud/dypnsapi20170525');
  const client = new sdk.default(config);
  return {
    name: 'aliyun-auth',
    async send(message) {
      const request = new sdk.SendSmsVerifyCodeRequest({
        phoneNumber: message.mobile,
        signName,
        templateCode: templates?.[message.purpose] ?? templateCode,
        templateParam: JSON.stringify({ code: message.code, min: String(message.minutes) }),
        outId: message.id,
      });
      const reply = await callSdk(() => client.sendSmsVerifyCode(request), timeoutMs);
      return readAliyunReply(outcomes, reply, (body) => body.model?.bizId);
    },
  };
}
