import { createHmac } from 'node:crypto';
import type { Environment } from '../../harness/server-process';
import { startAliyunAuthStandIn } from './aliyun-auth-stand-in';
import { startAliyunStandIn } from './aliyun-stand-in';
import { startRonglianStandIn } from './ronglian-stand-in';
import type { StandIn } from './stand-in';
import { startTencentStandIn } from './tencent-stand-in';
import { startTwilioStandIn } from './twilio-stand-in';
import { startWebhookStandIn } from './webhook-stand-in';

/** What a provider tells of a message. */
export interface Told {
  smsId: string;
  /** The provider's id of it. */
  messageId: string;
  mobile: string;
  delivered: boolean;
  /** The carrier's code. */
  code: string;
}

/** A push as it goes over the wire, behind `{url}/receipts/{secret}/{provider}`. */
export interface Push {
  query?: string;
  headers: Record<string, string>;
  body: string;
}

/** A provider's double that takes messages, and pushes what became of them as the provider does. */
export interface ReceiptProvider {
  name: string;
  /** A code of a delivery, and one of a phone that could not be reached. */
  codes: { delivered: string; unreachable: string };
  start(): Promise<StandIn>;
  /** The settings with which a server sends through it. */
  environment(standInUrl: string): Environment;
  /** `path` is that of the push, for those who sign it. */
  push(told: Told, path: string): Push;
  /** The answer that it expects. */
  expected: { type: RegExp; text: string };
  /** Of a push that is not the provider's. */
  refusal: number;
}

export const RECEIPTS_URL = 'https://sms.shop.example/base';
const SECRET_OF_THE_ACCOUNT = 'example-secret-of-the-account';
const JSON_TYPE = /^application\/json/;
const json = (body: unknown): Push => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const aliyunPush = ({ smsId, messageId, mobile, delivered, code }: Told): Push =>
  json([
    {
      phone_number: mobile,
      send_time: '2026-01-31 08:00:00',
      report_time: '2026-01-31 08:00:05',
      success: delivered,
      err_code: code,
      err_msg: '',
      sms_size: '1',
      biz_id: messageId,
      out_id: smsId,
    },
  ]);

const aliyun: Omit<ReceiptProvider, 'name' | 'start' | 'environment'> = {
  codes: { delivered: 'DELIVERED', unreachable: 'MOBILE_NOT_ON_SERVICE' },
  push: aliyunPush,
  expected: { type: JSON_TYPE, text: '{"code":0,"msg":"OK"}' },
  refusal: 400,
};
const ALIYUN_KEYS = { ALIYUN_ACCESS_KEY_ID: 'LTAI5tExampleKeyId', ALIYUN_ACCESS_KEY_SECRET: SECRET_OF_THE_ACCOUNT };
const ALIYUN_ACCOUNT = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: SECRET_OF_THE_ACCOUNT };

const RONGLIAN = { accountSid: '8a216da85741a1b901574fbdd0f10a3e', authToken: SECRET_OF_THE_ACCOUNT };
const TENCENT = { secretId: 'AKIDExampleSecretId', secretKey: SECRET_OF_THE_ACCOUNT };
const TWILIO = { accountSid: 'AC2a3b4c5d6e7f80912a3b4c5d6e7f8091', authToken: SECRET_OF_THE_ACCOUNT };
const WEBHOOK_SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

const ronglianFields = ({ smsId, messageId, mobile, delivered, code }: Told) => ({
  action: 'SMSArrived',
  smsType: '1',
  apiVersion: '2013-12-26',
  content: messageId,
  fromNum: mobile,
  dateSent: '20260131080000',
  deliverCode: code,
  recvTime: '20260131080005',
  status: delivered ? '0' : '1',
  reqId: smsId,
  smsCount: '1',
});

/** As Ronglian pushes for an application that is set up for XML. */
export function ronglianXmlPush(told: Told): Push {
  const elements = Object.entries(ronglianFields(told)).map(([name, text]) => `  <${name}>${text}</${name}>\n`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Request>\n${elements.join('')}</Request>\n`;
  return { headers: { 'content-type': 'application/xml' }, body };
}

/** A Twilio callback as Twilio signs it: the sum of the address and of the fields in the order of their names. */
export function twilioPush(fields: Record<string, string>, path: string, authToken = SECRET_OF_THE_ACCOUNT): Push {
  const [, query = ''] = path.split('?', 2);
  const names = Object.keys(fields).sort();
  const signed = RECEIPTS_URL + path + names.map((name) => name + fields[name]).join('');
  const signature = createHmac('sha1', authToken).update(signed).digest('base64');
  return {
    query: `?${query}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    body: new URLSearchParams(fields).toString(),
  };
}

/** A push as Standard Webhooks signs it. */
export function webhookPush(fields: object, secret = WEBHOOK_SECRET, at = Math.floor(Date.now() / 1000)): Push {
  const body = JSON.stringify(fields);
  const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`push-1.${at}.${body}`)
    .digest('base64');
  return {
    headers: { 'webhook-id': 'push-1', 'webhook-timestamp': String(at), 'webhook-signature': `v1,x v1,${signature}` },
    body,
  };
}

export const RECEIPT_PROVIDERS: readonly ReceiptProvider[] = [
  {
    ...aliyun,
    name: 'aliyun',
    start: () => startAliyunStandIn(ALIYUN_ACCOUNT),
    environment: (url) => ({
      ...ALIYUN_KEYS,
      ALIYUN_SIGN_NAME: '美多商城',
      ALIYUN_TEMPLATE_CODE: 'SMS_1',
      ALIYUN_ENDPOINT: url,
    }),
  },
  {
    ...aliyun,
    name: 'aliyun-auth',
    start: () => startAliyunAuthStandIn(ALIYUN_ACCOUNT),
    environment: (url) => ({
      ...ALIYUN_KEYS,
      ALIYUN_AUTH_SIGN_NAME: '速通互联验证码',
      ALIYUN_AUTH_TEMPLATE_CODE: '100001',
      ALIYUN_AUTH_ENDPOINT: url,
    }),
  },
  {
    name: 'tencent',
    codes: { delivered: 'DELIVRD', unreachable: 'EXPIRED' },
    start: () => startTencentStandIn(TENCENT),
    environment: (url) => ({
      TENCENT_SECRET_ID: TENCENT.secretId,
      TENCENT_SECRET_KEY: TENCENT.secretKey,
      TENCENT_SDK_APP_ID: '1400006666',
      TENCENT_SIGN_NAME: '美多商城',
      TENCENT_TEMPLATE_ID: '449739',
      TENCENT_ENDPOINT: url,
    }),
    push: ({ messageId, mobile, delivered, code }) =>
      json([
        {
          user_receive_time: '2026-01-31 08:00:05',
          nationcode: '86',
          mobile,
          report_status: delivered ? 'SUCCESS' : 'FAIL',
          errmsg: code,
          description: '',
          sid: messageId,
        },
      ]),
    expected: { type: JSON_TYPE, text: '{"result":0,"errmsg":"OK"}' },
    refusal: 400,
  },
  {
    name: 'ronglian',
    codes: { delivered: 'DELIVRD', unreachable: 'EXPIRED' },
    start: () => startRonglianStandIn(RONGLIAN),
    environment: (url) => ({
      RONGLIAN_ACCOUNT_SID: RONGLIAN.accountSid,
      RONGLIAN_AUTH_TOKEN: RONGLIAN.authToken,
      RONGLIAN_APP_ID: '8aaf0708624670f201625f0c6b4e0d1c',
      RONGLIAN_BASE_URL: url,
    }),
    push: (told) => json({ Request: ronglianFields(told) }),
    expected: { type: JSON_TYPE, text: '{"Response":{"statuscode":"000000"}}' },
    refusal: 400,
  },
  {
    name: 'twilio',
    codes: { delivered: 'delivered', unreachable: '30003' },
    start: () => startTwilioStandIn(TWILIO),
    environment: (url) => ({
      TWILIO_ACCOUNT_SID: TWILIO.accountSid,
      TWILIO_AUTH_TOKEN: TWILIO.authToken,
      TWILIO_FROM: '+15005550006',
      TWILIO_BASE_URL: url,
    }),
    push: ({ smsId, messageId, mobile, delivered, code }, path) =>
      twilioPush(
        {
          MessageSid: messageId,
          MessageStatus: delivered ? 'delivered' : 'undelivered',
          To: `+86${mobile}`,
          AccountSid: TWILIO.accountSid,
          ...(!delivered && { ErrorCode: code }),
        },
        `${path}?smsId=${smsId}`,
      ),
    expected: { type: JSON_TYPE, text: '{}' },
    refusal: 403,
  },
  {
    name: 'webhook',
    codes: { delivered: 'DELIVRD', unreachable: 'EXPIRED' },
    start: () => startWebhookStandIn({ secret: WEBHOOK_SECRET }),
    environment: (url) => ({ WEBHOOK_URL: `${url}/`, WEBHOOK_SECRET }),
    push: ({ smsId, delivered, code }) =>
      webhookPush({ id: smsId, outcome: delivered ? 'delivered' : 'temporary-failure', code }),
    expected: { type: JSON_TYPE, text: '{}' },
    refusal: 401,
  },
];
