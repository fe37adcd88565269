import { type AliyunAuthSettings, createAliyunAuthSender } from '../../src/sms/aliyun-auth/aliyun-auth-sender';
import { describeSmsSender, newMessage, PATIENT_MS } from './contract';
import { startAliyunAuthStandIn } from './stand-in/aliyun-auth-stand-in';

const ACCOUNT = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: 'example-secret-of-the-account' };
const SETTINGS: AliyunAuthSettings = {
  ...ACCOUNT,
  signName: '速通互联验证码',
  templateCode: '100001',
  templates: { LOGIN: '100002' },
  timeoutMs: PATIENT_MS,
};

describeSmsSender('aliyun-auth', {
  start: () => startAliyunAuthStandIn(ACCOUNT),
  connect: async (endpoint, timeoutMs) => createAliyunAuthSender({ ...SETTINGS, timeoutMs, endpoint }),
  connectWithWrongSecret: async (endpoint, timeoutMs) =>
    createAliyunAuthSender({ ...SETTINGS, timeoutMs, accessKeySecret: 'wrong-secret', endpoint }),
  codes: {
    refused: ['isv.MOBILE_NUMBER_ILLEGAL', 'isv.BLACK_KEY_CONTROL_LIMIT', 'MOBILE_NUMBER_ILLEGAL'],
    throttled: [
      ...['isv.BUSINESS_LIMIT_CONTROL', 'isv.DAY_LIMIT_CONTROL', 'isv.MONTH_LIMIT_CONTROL'],
      ...['biz.FREQUENCY', 'FREQUENCY_FAIL', 'BUSINESS_LIMIT_CONTROL'],
    ],
    misconfigured: [
      ...['isv.AMOUNT_NOT_ENOUGH', 'isv.OUT_OF_SERVICE', 'isv.SMS_SIGNATURE_ILLEGAL', 'isv.SMS_TEMPLATE_ILLEGAL'],
      ...['isv.TEMPLATE_MISSING_PARAMETERS', 'isv.DENY_IP_RANGE', 'isp.RAM_PERMISSION_DENY'],
      ...['SignatureDoesNotMatch', 'InvalidAccessKeyId.NotFound', 'FUNCTION_NOT_OPENED', 'INVALID_PARAMETERS'],
    ],
    unknown: ['isp.SYSTEM_ERROR', 'biz.SOMETHING_NEW'],
  },
  ofSome: [
    ...[
      'isv.SMS_TEMPLATE_ILLEGAL',
      'isv.TEMPLATE_MISSING_PARAMETERS',
      'isv.SMS_SIGNATURE_ILLEGAL',
      'INVALID_PARAMETERS',
    ],
  ],
  wordless: ['{}', 'null', '[]', '{"Success":true,"Message":"OK","Model":{"BizId":"112231421412414124123^4"}}'],
  expectRequest: ({ method, path, query, headers }, message) => {
    expect(`${method} ${path}`).toBe('POST /');
    expect(headers).toMatchObject({ 'x-acs-action': 'SendSmsVerifyCode', 'x-acs-version': '2017-05-25' });
    expect(Object.fromEntries(query)).toEqual({
      PhoneNumber: message.mobile,
      SignName: '速通互联验证码',
      TemplateCode: '100001',
      TemplateParam: JSON.stringify({ code: message.code, min: String(message.minutes) }),
      OutId: message.id,
    });
  },
});

test('Aliyun SMS authentication: a purpose has its own template', async () => {
  const standIn = await startAliyunAuthStandIn(ACCOUNT);
  const sender = createAliyunAuthSender({ ...SETTINGS, endpoint: standIn.url });
  await sender.send({ ...newMessage(), purpose: 'LOGIN' });
  await standIn.close();
  expect(standIn.requests[0]?.query.get('TemplateCode')).toBe('100002');
});
