import { aliyunInbound } from '../../src/sms/aliyun/aliyun-inbound';
import { aliyunReceipts } from '../../src/sms/aliyun/aliyun-receipts';
import { createInboundParsers } from '../../src/sms/create-inbound-parsers';
import type { SmsSettings } from '../../src/sms/create-sender';
import type { ProviderPush } from '../../src/sms/provider-push';
import { ronglianInbound } from '../../src/sms/ronglian/ronglian-inbound';
import { ronglianReceipts } from '../../src/sms/ronglian/ronglian-receipts';
import { tencentInbound } from '../../src/sms/tencent/tencent-inbound';
import { tencentReceipts } from '../../src/sms/tencent/tencent-receipts';
import { webhookInboundParser } from '../../src/sms/webhook/webhook-inbound';
import { webhookReceiptParser } from '../../src/sms/webhook/webhook-receipts';
import { webhookPush } from './stand-in/receipt-pushes';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NOW = 1_790_000_000;
const clock = () => NOW * 1000;

const received = (body: string, headers = {}): ProviderPush => ({
  headers,
  body,
  target: '/',
  query: new URLSearchParams(),
});

/** What a push says, each field of it in turn replaced by a value that no provider sends there. */
function* strange(fields: Readonly<Record<string, unknown>>): Generator<object> {
  const values: readonly unknown[] = [{ toString: 5 }, { toString: {}, valueOf: 1 }, [[]], [], null, 7, true, ''];
  for (const field of Object.keys(fields)) for (const value of values) yield { ...fields, [field]: value };
}

const ALIYUN_RECEIPT = { out_id: 'id', success: true, err_code: 'DELIVRD', report_time: '2026-01-31 08:00:05' };
const TENCENT_RECEIPT = { nationcode: '86', mobile: '13800138000', sid: '1', report_status: 'FAIL', errmsg: 'X' };
const RONGLIAN = { smsType: '1', reqId: 'id', status: '0', deliverCode: 'X', recvTime: '20260131080005' };
const RONGLIAN_SENT = { smsType: '0', fromNum: '13800138000', content: 'a text' };
const TENCENT_SENT = { nationcode: '86', mobile: '13800138000', text: 'a text' };

describe('a push with a value that no provider sends there', () => {
  test.each<[string, object, (body: object) => { answer: { status: number } }]>([
    ['receipts of Aliyun', ALIYUN_RECEIPT, (body) => aliyunReceipts.parse(received(JSON.stringify([body])))],
    ['receipts of Tencent', TENCENT_RECEIPT, (body) => tencentReceipts.parse(received(JSON.stringify([body])))],
    ['receipts of Ronglian', RONGLIAN, (body) => ronglianReceipts.parse(received(JSON.stringify(body)))],
    [
      'receipts of the webhook',
      { id: 'id', outcome: 'delivered', code: 'X', at: '2026-01-31T08:00:05+08:00' },
      (body) => {
        const push = webhookPush(body, SECRET, NOW);
        return webhookReceiptParser([SECRET], clock).parse(received(push.body, push.headers));
      },
    ],
    [
      'messages of Aliyun',
      { phone_number: '13800138000', content: 'a text' },
      (body) => aliyunInbound.parse(received(JSON.stringify([body]))),
    ],
    ['messages of Tencent', TENCENT_SENT, (body) => tencentInbound.parse(received(JSON.stringify(body)))],
    [
      'messages of Tencent from abroad',
      { ...TENCENT_SENT, nationcode: '852' },
      (body) => tencentInbound.parse(received(JSON.stringify(body))),
    ],
    ['messages of Ronglian', RONGLIAN_SENT, (body) => ronglianInbound.parse(received(JSON.stringify(body)))],
    [
      'messages of the webhook',
      { from: '13800138000', text: 'a text' },
      (body) => {
        const push = webhookPush(body, SECRET, NOW);
        return webhookInboundParser([SECRET], clock).parse(received(push.body, push.headers));
      },
    ],
  ])('%s: is answered, and nothing is thrown', (_, fields, parse) => {
    for (const body of strange(fields as Record<string, unknown>))
      expect([200, 400]).toContain(parse(body).answer.status);
  });

  test.each([
    { from: 7, text: 'a text' },
    { from: '13800138000', text: 7 },
    { text: 'a text' },
    { from: '13800138000' },
  ])('a message of the webhook that says %j is refused', (body) => {
    const push = webhookPush(body, SECRET, NOW);
    const { messages, answer } = webhookInboundParser([SECRET], clock).parse(received(push.body, push.headers));
    expect(messages).toEqual([]);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('needs from and text') });
  });
});

describe('a message that Tencent Cloud passes on', () => {
  test.each([
    [{ nationcode: '86' }, '13800138000'],
    [{ nationcode: '+86' }, '13800138000'],
    [{ nationcode: 86 }, '13800138000'],
    [{}, '13800138000'],
    [{ nationcode: '852' }, '+85213800138000'],
    [{ nationcode: '+852' }, '+85213800138000'],
  ])('with the country %j: is of %s', (country, from) => {
    const body = JSON.stringify({ mobile: '13800138000', text: 'a text', ...country });
    expect(tencentInbound.parse(received(body)).messages).toEqual([{ from, text: 'a text' }]);
  });
});

describe('a message from a mainland number', () => {
  const fromAliyun = (phone_number: string) =>
    aliyunInbound.parse(received(JSON.stringify([{ phone_number, content: 'a text' }])));
  const fromTencent = (mobile: string) => tencentInbound.parse(received(JSON.stringify({ ...TENCENT_SENT, mobile })));
  const fromRonglian = (fromNum: string) =>
    ronglianInbound.parse(received(JSON.stringify({ ...RONGLIAN_SENT, fromNum })));
  const fromWebhook = (from: string) => {
    const push = webhookPush({ from, text: 'a text' }, SECRET, NOW);
    return webhookInboundParser([SECRET], clock).parse(received(push.body, push.headers));
  };

  test.each([
    ['Aliyun', fromAliyun],
    ['Tencent', fromTencent],
    ['Ronglian', fromRonglian],
    ['the webhook', fromWebhook],
  ])('that %s passes on, however its country is written: is of its eleven digits', (_, parse) => {
    for (const country of ['', '86', '+86', '0086']) {
      expect(parse(`${country}13800138000`).messages).toEqual([{ from: '13800138000', text: 'a text' }]);
    }
    // One digit too few or too many, or another country's.
    for (const other of ['861380013800', '86138001380001', '+8521380013800', '86023800138'])
      expect(parse(other).messages).toEqual([{ from: other, text: 'a text' }]);
  });
});

describe('messages that people send', () => {
  const twilio = { accountSid: 'AC1', authToken: 't', sender: { from: '+1' }, baseUrl: 'https://api.twilio.com' };
  const webhook = (...secrets: string[]) => ({ url: 'https://gateway.example', secrets });
  const names = (settings: Partial<SmsSettings>, publicUrl?: string) =>
    Object.keys(createInboundParsers({ providers: ['aliyun'], timeoutMs: 1, ...settings }, { publicUrl, clock }));

  test('are taken from providers that are named, and from Twilio only where it can reach us', () => {
    expect(names({ twilio })).toEqual(['aliyun']);
    expect(names({ providers: ['tencent', 'twilio'], twilio })).toEqual(['tencent']);
    expect(names({ providers: ['tencent', 'twilio'], twilio }, 'https://sms.shop.example')).toEqual([
      'tencent',
      'twilio',
    ]);
  });

  test('are taken from a gateway wherever there is a secret to sign with, whoever sends the codes', () => {
    expect(names({ webhook: webhook(SECRET) })).toEqual(['aliyun', 'webhook']);
    expect(names({ providers: ['webhook'], webhook: webhook() })).toEqual([]);
  });
});
