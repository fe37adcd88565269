import { createHash, createHmac } from 'node:crypto';
import { type StandIn, type StandInProvider, type StandInRequest, startStandIn } from './stand-in';

export interface TencentAccount {
  secretId: string;
  secretKey: string;
  port?: number;
}

/** Errors of these families concern the whole request; others come as the status of the one number. */
const REQUEST_ERROR = /^(AuthFailure\b|InternalError|InvalidParameter$|RequestLimitExceeded|UnauthorizedOperation)/;

/** Loopback double of Tencent Cloud's SendSms: recomputes the TC3-HMAC-SHA256 signature and checks action, version and fields. */
export function startTencentStandIn({ secretId, secretKey, port }: TencentAccount): Promise<StandIn> {
  let messages = 0;
  const provider: StandInProvider = {
    codes: {
      refuse: 'FailedOperation.PhoneNumberInBlacklist',
      throttle: 'LimitExceeded.PhoneNumberThirtySecondLimit',
      misconfigured: 'FailedOperation.InsufficientBalanceInSmsPackage',
      'system-error': 'InternalError.Timeout',
    },
    receive: (request) => {
      const { 'x-tc-action': action, 'x-tc-version': version, 'x-tc-region': region } = request.headers;
      if (request.method !== 'POST' || action !== 'SendSms' || version !== '2021-01-11' || !region) {
        return { complaint: 'InvalidAction' };
      }
      return signatureComplaint(request, secretId, secretKey) ?? readMessage(request.body);
    },
    success: ({ id }, messageId) => {
      messages += 1;
      const SerialNo = messageId ?? `2028:f825e6b16e23f73f5b1b8d${messages}`;
      return answer({ SendStatusSet: [{ SerialNo, SessionContext: id, Fee: 1, Code: 'Ok', Message: 'send success' }] });
    },
    failure: (Code, message) =>
      REQUEST_ERROR.test(Code) || !message
        ? answer({ Error: { Code, Message: '请求失败' } })
        : answer({ SendStatusSet: [{ SerialNo: '', SessionContext: message.id, Fee: 0, Code, Message: '请求失败' }] }),
  };
  return startStandIn(provider, port);
}

function answer(fields: object) {
  const Response = { ...fields, RequestId: 'a0aabda6-cf91-4f3e-a81f-9198114a2279' };
  return { status: 200, body: JSON.stringify({ Response }) };
}

/** cloud.tencent.com/document/api, "Signature method v3". The SDK signs the host without the port. */
function signatureComplaint({ method, path, headers, body }: StandInRequest, secretId: string, secretKey: string) {
  const parts =
    /^TC3-HMAC-SHA256 Credential=([^/]+)\/([\d-]+)\/(\w+)\/tc3_request, SignedHeaders=([\w;-]+), Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    );
  const [, credential, date = '', service = '', signedHeaders = '', signature] = parts ?? [];
  if (credential !== secretId) return { complaint: 'AuthFailure.SecretIdNotFound' };
  const timestamp = Number(headers['x-tc-timestamp']);
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== date || Math.abs(Date.now() / 1000 - timestamp) > 300) {
    return { complaint: 'AuthFailure.SignatureExpire' };
  }
  const signed: Record<string, unknown> = { ...headers, host: headers.host?.replace(/:\d+$/, '') };
  const names = signedHeaders.split(';');
  const canonicalRequest = [
    method,
    path,
    '',
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    signedHeaders,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const scope = `${date}/${service}/tc3_request`;
  const hashed = createHash('sha256').update(canonicalRequest).digest('hex');
  const toSign = ['TC3-HMAC-SHA256', timestamp, scope, hashed].join('\n');
  const key = [date, service, 'tc3_request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `TC3${secretKey}`,
  );
  const complete = names.includes('host') && names.includes('content-type');
  const expected = createHmac('sha256', key).update(toSign).digest('hex');
  return complete && signature === expected ? undefined : { complaint: 'AuthFailure.SignatureFailure' };
}

function readMessage(body: string): ReturnType<StandInProvider['receive']> {
  const fields: Record<string, unknown> = JSON.parse(body);
  const [phone] = Array.isArray(fields.PhoneNumberSet) ? fields.PhoneNumberSet : [];
  const [code, minutes] = Array.isArray(fields.TemplateParamSet) ? fields.TemplateParamSet : [];
  if (typeof phone !== 'string' || !/^\+861\d{10}$/.test(phone)) {
    return { complaint: 'InvalidParameterValue.IncorrectPhoneNumber' };
  }
  if (typeof fields.SignName !== 'string') return { complaint: 'FailedOperation.SignatureIncorrectOrUnapproved' };
  if (typeof fields.TemplateId !== 'string' || typeof code !== 'string' || typeof minutes !== 'string') {
    return { complaint: 'FailedOperation.TemplateIncorrectOrUnapproved' };
  }
  return { message: { mobile: phone.slice(3), code, id: String(fields.SessionContext) } };
}
