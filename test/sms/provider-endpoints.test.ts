import { loadConfig } from '../../src/config/config';
import { providerEndpoints } from '../../src/sms/provider-endpoints';
import { PROVIDERS } from '../../src/sms/providers';
import type { Environment } from '../harness/server-process';
import { ALL_INBOUND_STAND_INS } from './stand-in/inbound-stand-ins';

const ACCOUNTS: Environment = {
  ...ALL_INBOUND_STAND_INS,
  ALIYUN_AUTH_SIGN_NAME: '速通互联验证码',
  ALIYUN_AUTH_TEMPLATE_CODE: '100001',
  SMS_PROVIDERS: PROVIDERS.filter((name) => name !== 'console').join(),
};

const endpoints = (environment: Environment) =>
  Object.fromEntries(providerEndpoints(loadConfig(environment).sms).map(({ provider, url }) => [provider, url.href]));

describe('Where providers are asked', () => {
  test('given their accounts alone, then at the addresses that their documents name', () => {
    expect(endpoints(ACCOUNTS)).toEqual({
      ronglian: 'https://app.cloopen.com:8883/',
      aliyun: 'https://dysmsapi.aliyuncs.com/',
      'aliyun-auth': 'https://dypnsapi.aliyuncs.com/',
      tencent: 'https://sms.tencentcloudapi.com/',
      webhook: 'https://gateway.example/',
      twilio: 'https://api.twilio.com/',
    });
  });

  test('given addresses in the settings, then there', () => {
    const settings = {
      RONGLIAN_BASE_URL: 'https://one.example:8443',
      ALIYUN_ENDPOINT: 'two.example',
      ALIYUN_AUTH_ENDPOINT: 'three.example:8443',
      TENCENT_ENDPOINT: 'http://127.0.0.1:4000',
      WEBHOOK_URL: 'https://five.example/sms',
      TWILIO_BASE_URL: 'https://six.example',
    };
    expect(endpoints({ ...ACCOUNTS, ...settings })).toEqual({
      ronglian: 'https://one.example:8443/',
      aliyun: 'https://two.example/',
      'aliyun-auth': 'https://three.example:8443/',
      tencent: 'http://127.0.0.1:4000/',
      webhook: 'https://five.example/sms',
      twilio: 'https://six.example/',
    });
  });

  test('given one provider, then it alone; and the console is nowhere', () => {
    expect(Object.keys(endpoints({ ...ACCOUNTS, SMS_PROVIDERS: 'tencent' }))).toEqual(['tencent']);
    expect(endpoints({ SMS_PROVIDERS: 'console' })).toEqual({});
  });
});
