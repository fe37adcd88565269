import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Environment } from '../../harness/server-process';

/** What a person sent. */
export interface Sent {
  /** Eleven digits of a mainland number, or E.164. */
  from: string;
  text: string;
  /** `from` is a sender's name, as networks abroad let senders choose one, and goes on as it is. */
  isName?: true;
}

/** How a provider passes a message on to POST /inbound/{secret}/{its name}, as its documents say. */
export interface InboundStandIn {
  /** With which settings the server knows the provider. */
  environment: Environment;
  /** `url` is the address that the provider was given; `at`: when it pushes, ms since the epoch. */
  push(sent: Sent, url: string, at: number): { headers: Record<string, string>; body: string };
  /** What it takes for an acknowledgement. */
  acknowledged: RegExp;
  isSigned?: true;
}

const TWILIO_TOKEN = 'f6a1c3d9b2e84f0795d1a3c5e7f90b2d';
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of a gateway, 32 bytes.').toString('base64')}`;

const json = (body: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const e164 = (number: string) => (number.startsWith('+') ? number : `+86${number}`);

export const INBOUND_STAND_INS: Readonly<Record<string, InboundStandIn>> = {
  aliyun: {
    environment: {
      ALIYUN_ACCESS_KEY_ID: 'id',
      ALIYUN_ACCESS_KEY_SECRET: 'key',
      ALIYUN_SIGN_NAME: '美多',
      ALIYUN_TEMPLATE_CODE: 'SMS_1',
    },
    push: ({ from, text }) =>
      json([
        {
          phone_number: from,
          content: text,
          send_time: '2026-11-27 11:12:13',
          dest_code: '1234',
          sequence_id: 1234567890,
        },
      ]),
    acknowledged: /^\{"code":0,/,
  },
  tencent: {
    environment: {
      TENCENT_SECRET_ID: 'id',
      TENCENT_SECRET_KEY: 'key',
      TENCENT_SDK_APP_ID: '1400000000',
      TENCENT_SIGN_NAME: '美多',
      TENCENT_TEMPLATE_ID: '1',
      TENCENT_REGION: 'ap-guangzhou',
    },
    push: ({ from, text }) => {
      const [, nationcode = '86', mobile = from] = /^\+(1|\d{2})(\d+)$/.exec(from) ?? [];
      return json({ extend: '1', mobile, nationcode, sign: '美多', text, time: 1457336869 });
    },
    acknowledged: /^\{"result":0,/,
  },
  ronglian: {
    environment: { RONGLIAN_ACCOUNT_SID: 'sid', RONGLIAN_AUTH_TOKEN: 'token', RONGLIAN_APP_ID: 'app' },
    push: ({ from, text }) => ({
      headers: { 'content-type': 'application/xml' },
      body: `<?xml version="1.0" encoding="UTF-8"?><Request><action>SMSArrived</action><smsType>0</smsType><recvTime>20261127111213</recvTime><apiVersion>2013-12-26</apiVersion><fromNum>${from}</fromNum><content>${text}</content><appendCode>12</appendCode></Request>`,
    }),
    acknowledged: /<statuscode>000000<\/statuscode>/,
  },
  twilio: {
    environment: { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: TWILIO_TOKEN, TWILIO_FROM: '+15005550006' },
    push: ({ from, text, isName }, url) => {
      const form = new URLSearchParams({
        From: isName ? from : e164(from),
        To: '+15005550006',
        Body: text,
        MessageSid: 'SM1',
      });
      const fields = [...form.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
      const signature = createHmac('sha1', TWILIO_TOKEN)
        .update(url + fields.map(([name, value]) => name + value).join(''))
        .digest('base64');
      return {
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
        body: form.toString(),
      };
    },
    acknowledged: /<Response><\/Response>/,
    isSigned: true,
  },
  webhook: {
    environment: { WEBHOOK_URL: 'https://gateway.example', WEBHOOK_SECRET },
    push: ({ from, text }, _, at) => {
      const { headers, body } = json({ from: e164(from), text });
      const signature = new Webhook(WEBHOOK_SECRET).sign('msg-1', new Date(at), body);
      const signed = { 'webhook-id': 'msg-1', 'webhook-timestamp': String(Math.floor(at / 1000)) };
      return { headers: { ...headers, ...signed, 'webhook-signature': signature }, body };
    },
    acknowledged: /^\{\}$/,
    isSigned: true,
  },
};

/** The settings of a server that knows them all. */
export const ALL_INBOUND_STAND_INS: Environment = Object.assign(
  { SMS_PROVIDERS: Object.keys(INBOUND_STAND_INS).join(',') },
  ...Object.values(INBOUND_STAND_INS).map(({ environment }) => environment),
);
