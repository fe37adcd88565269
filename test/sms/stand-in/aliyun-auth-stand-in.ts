import { type AliyunAccount, answer, GATEWAY_STATUS, signatureComplaint } from './aliyun-stand-in';
import { type StandIn, type StandInProvider, startStandIn } from './stand-in';

/** Loopback double of Aliyun's SendSmsVerifyCode: recomputes the signature and checks action, version and fields. */
export function startAliyunAuthStandIn({ accessKeyId, accessKeySecret, port }: AliyunAccount): Promise<StandIn> {
  let messages = 0;
  const provider: StandInProvider = {
    codes: {
      refuse: 'isv.MOBILE_NUMBER_ILLEGAL',
      throttle: 'biz.FREQUENCY',
      misconfigured: 'isv.SMS_TEMPLATE_ILLEGAL',
      'system-error': 'isp.SYSTEM_ERROR',
    },
    receive: (request) => {
      const { 'x-acs-action': action, 'x-acs-version': version } = request.headers;
      if (request.method !== 'POST' || action !== 'SendSmsVerifyCode' || version !== '2017-05-25') {
        return { complaint: 'InvalidAction.NotFound' };
      }
      return signatureComplaint(request, accessKeyId, accessKeySecret) ?? readMessage(request.query);
    },
    success: ({ id }, messageId) => {
      messages += 1;
      const BizId = messageId ?? `112231421412414124123${messages}^4`;
      return answer(200, { Code: 'OK', Message: '成功', Success: true, Model: { BizId, OutId: id } });
    },
    failure: (code) => answer(GATEWAY_STATUS[code] ?? 200, { Code: code, Message: '请求失败', Success: false }),
  };
  return startStandIn(provider, port);
}

function readMessage(query: URLSearchParams): ReturnType<StandInProvider['receive']> {
  const mobile = query.get('PhoneNumber') ?? '';
  if (!/^1\d{10}$/.test(mobile)) return { complaint: 'isv.MOBILE_NUMBER_ILLEGAL' };
  if (!query.get('SignName')) return { complaint: 'isv.SMS_SIGNATURE_ILLEGAL' };
  if (!query.get('TemplateCode')) return { complaint: 'isv.SMS_TEMPLATE_ILLEGAL' };
  const { code, min }: { code?: unknown; min?: unknown } = JSON.parse(query.get('TemplateParam') ?? '{}');
  if (typeof code !== 'string' || typeof min !== 'string') return { complaint: 'isv.TEMPLATE_MISSING_PARAMETERS' };
  return { message: { mobile, code, id: query.get('OutId') ?? '' } };
}
