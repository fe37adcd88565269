import { createHash, createHmac } from 'node:crypto';
import { type StandIn, type StandInProvider, type StandInRequest, startStandIn } from './stand-in';

export interface AliyunAccount {
  accessKeyId: string;
  accessKeySecret: string;
  port?: number;
}

/** These come with an HTTP error; business errors come with HTTP 200. */
export const GATEWAY_STATUS: Record<string, number> = {
  SignatureDoesNotMatch: 400,
  'InvalidAccessKeyId.NotFound': 404,
};

/** Loopback double of Aliyun's SendSms: recomputes the ACS3-HMAC-SHA256 signature and checks action, version and fields. */
export function startAliyunStandIn({ accessKeyId, accessKeySecret, port }: AliyunAccount): Promise<StandIn> {
  let messages = 0;
  const provider: StandInProvider = {
    codes: {
      refuse: 'isv.BLACK_KEY_CONTROL_LIMIT',
      throttle: 'isv.BUSINESS_LIMIT_CONTROL',
      misconfigured: 'isv.AMOUNT_NOT_ENOUGH',
      'system-error': 'isp.SYSTEM_ERROR',
    },
    receive: (request) => {
      const { 'x-acs-action': action, 'x-acs-version': version } = request.headers;
      if (request.method !== 'POST' || action !== 'SendSms' || version !== '2017-05-25') {
        return { complaint: 'InvalidAction.NotFound' };
      }
      return signatureComplaint(request, accessKeyId, accessKeySecret) ?? readMessage(request.query);
    },
    success: (_message, messageId) => {
      messages += 1;
      const BizId = messageId ?? `9006197469364${String(messages).padStart(5, '0')}^0`;
      return answer(200, { Code: 'OK', Message: 'OK', BizId });
    },
    failure: (code) => answer(GATEWAY_STATUS[code] ?? 200, { Code: code, Message: '请求失败' }),
  };
  return startStandIn(provider, port);
}

export function answer(status: number, fields: object) {
  return { status, body: JSON.stringify({ ...fields, RequestId: 'F655A8D5-B967-440B-8683-DAD6FF8DE990' }) };
}

/** help.aliyun.com, "V3 request body and signature mechanism". */
export function signatureComplaint(
  { method, path, query, headers, body }: StandInRequest,
  keyId: string,
  secret: string,
) {
  const parts = /^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? '',
  );
  const [, credential, signedHeaders = '', signature] = parts ?? [];
  if (credential !== keyId) return { complaint: 'InvalidAccessKeyId.NotFound' };
  const names = signedHeaders.split(';');
  const required = [
    'host',
    'x-acs-action',
    'x-acs-content-sha256',
    'x-acs-date',
    'x-acs-signature-nonce',
    'x-acs-version',
  ];
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const canonicalRequest = [
    method,
    path,
    [...query.entries()]
      .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const toSign = `ACS3-HMAC-SHA256\n${createHash('sha256').update(canonicalRequest).digest('hex')}`;
  const expected = createHmac('sha256', secret).update(toSign).digest('hex');
  const complete = required.every((name) => names.includes(name)) && headers['x-acs-content-sha256'] === bodyHash;
  return complete && signature === expected ? undefined : { complaint: 'SignatureDoesNotMatch' };
}

/** RFC 3986, which leaves fewer characters alone than encodeURIComponent. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function readMessage(query: URLSearchParams): ReturnType<StandInProvider['receive']> {
  const mobile = query.get('PhoneNumbers') ?? '';
  if (!/^1\d{10}$/.test(mobile)) return { complaint: 'isv.MOBILE_NUMBER_ILLEGAL' };
  if (!query.get('SignName')) return { complaint: 'isv.SMS_SIGNATURE_ILLEGAL' };
  if (!query.get('TemplateCode')?.startsWith('SMS_')) return { complaint: 'isv.SMS_TEMPLATE_ILLEGAL' };
  const { code }: { code?: unknown } = JSON.parse(query.get('TemplateParam') ?? '{}');
  if (typeof code !== 'string') return { complaint: 'isv.TEMPLATE_MISSING_PARAMETERS' };
  return { message: { mobile, code, id: query.get('OutId') ?? '' } };
}
