import { createTencentSender, type TencentSettings } from '../../src/sms/tencent/tencent-sender';
import { describeSmsSender, PATIENT_MS } from './contract';
import { startTencentStandIn } from './stand-in/tencent-stand-in';

const ACCOUNT = { secretId: 'AKIDExampleSecretId', secretKey: 'example-secret-of-the-account' };
const SETTINGS: TencentSettings = {
  ...ACCOUNT,
  sdkAppId: '1400006666',
  signName: '美多商城',
  templateId: '449739',
  region: 'ap-singapore',
  timeoutMs: PATIENT_MS,
};

describeSmsSender('tencent', {
  start: () => startTencentStandIn(ACCOUNT),
  connect: async (endpoint, timeoutMs) => createTencentSender({ ...SETTINGS, timeoutMs, endpoint }),
  connectWithWrongSecret: async (endpoint, timeoutMs) =>
    createTencentSender({ ...SETTINGS, timeoutMs, secretKey: 'wrong-secret', endpoint }),
  codes: {
    refused: ['InvalidParameterValue.IncorrectPhoneNumber', 'FailedOperation.PhoneNumberInBlacklist'],
    throttled: ['LimitExceeded.PhoneNumberDailyLimit', 'LimitExceeded.PhoneNumberThirtySecondLimit', 'LimitExceeded'],
    misconfigured: [
      ...['AuthFailure.SecretIdNotFound', 'AuthFailure.SignatureFailure', 'AuthFailure.UnauthorizedOperation'],
      ...['FailedOperation.InsufficientBalanceInSmsPackage', 'FailedOperation.SignatureIncorrectOrUnapproved'],
      'FailedOperation.TemplateIncorrectOrUnapproved',
    ],
    unknown: [
      ...['InternalError.Timeout', 'InternalError', 'RequestLimitExceeded', 'FailedOperation.SomethingNew'],
      ...['LimitExceededX', 'LimitExceededX.PhoneNumberDailyLimit', 'AuthFailureX'],
    ],
  },
  ofSome: ['FailedOperation.TemplateIncorrectOrUnapproved'],
  wordless: [
    ...['{}', 'null', '[]', '{"Response":null}', '{"Response":{}}', '{"Response":{"SendStatusSet":null}}'],
    ...['{"Response":{"SendStatusSet":[]}}', '{"Response":{"SendStatusSet":[{"SerialNo":"2028:f825","Fee":1}]}}'],
  ],
  expectRequest: ({ method, path, headers, body }, message) => {
    expect(`${method} ${path}`).toBe('POST /');
    expect(headers).toMatchObject({
      'x-tc-action': 'SendSms',
      'x-tc-version': '2021-01-11',
      'x-tc-region': 'ap-singapore',
    });
    expect(JSON.parse(body)).toEqual({
      PhoneNumberSet: [`+86${message.mobile}`],
      SmsSdkAppId: '1400006666',
      SignName: '美多商城',
      TemplateId: '449739',
      TemplateParamSet: [message.code, String(message.minutes)],
      SessionContext: message.id,
    });
  },
});
