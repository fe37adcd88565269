import { type AliyunSettings, createAliyunSender } from '../../src/sms/aliyun/aliyun-sender';
import { describeSmsSender, PATIENT_MS } from './contract';
import { startAliyunStandIn } from './stand-in/aliyun-stand-in';

const ACCOUNT = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: 'example-secret-of-the-account' };
const SETTINGS: AliyunSettings = {
  ...ACCOUNT,
  signName: '美多商城',
  templateCode: 'SMS_1',
  timeoutMs: PATIENT_MS,
};

describeSmsSender('aliyun', {
  start: () => startAliyunStandIn(ACCOUNT),
  connect: async (endpoint, timeoutMs) => createAliyunSender({ ...SETTINGS, timeoutMs, endpoint }),
  connectWithWrongSecret: async (endpoint, timeoutMs) =>
    createAliyunSender({ ...SETTINGS, timeoutMs, accessKeySecret: 'wrong-secret', endpoint }),
  codes: {
    refused: ['isv.MOBILE_NUMBER_ILLEGAL', 'isv.BLACK_KEY_CONTROL_LIMIT'],
    throttled: ['isv.BUSINESS_LIMIT_CONTROL', 'isv.DAY_LIMIT_CONTROL', 'isv.MONTH_LIMIT_CONTROL'],
    misconfigured: [
      ...['isv.AMOUNT_NOT_ENOUGH', 'isv.OUT_OF_SERVICE', 'isv.SMS_SIGNATURE_ILLEGAL', 'isv.SMS_TEMPLATE_ILLEGAL'],
      ...['isv.TEMPLATE_MISSING_PARAMETERS', 'isv.DENY_IP_RANGE', 'isp.RAM_PERMISSION_DENY'],
      ...['SignatureDoesNotMatch', 'InvalidAccessKeyId.NotFound'],
    ],
    unknown: ['isp.SYSTEM_ERROR', 'isv.SOMETHING_NEW'],
  },
  ofSome: ['isv.SMS_TEMPLATE_ILLEGAL', 'isv.TEMPLATE_MISSING_PARAMETERS'],
  wordless: ['{}', 'null', '[]', '{"BizId":"900619746936498440^0","Message":"OK"}'],
  expectRequest: ({ method, path, query, headers }, message) => {
    expect(`${method} ${path}`).toBe('POST /');
    expect(headers).toMatchObject({ 'x-acs-action': 'SendSms', 'x-acs-version': '2017-05-25' });
    expect(Object.fromEntries(query)).toEqual({
      PhoneNumbers: message.mobile,
      SignName: '美多商城',
      TemplateCode: 'SMS_1',
      TemplateParam: JSON.stringify({ code: message.code }),
      OutId: message.id,
    });
  },
});

test('Aliyun sender: an endpoint that is no web address is turned down when the sender is made', () => {
  expect(() => createAliyunSender({ ...SETTINGS, endpoint: 'ftp://127.0.0.1' })).toThrow(/https:\/\//);
});
