import { createHmac } from 'node:crypto';
import { aliyunReceipts } from '../../src/sms/aliyun/aliyun-receipts';
import { createReceiptParsers } from '../../src/sms/create-receipt-parsers';
import type { ProviderPush } from '../../src/sms/provider-push';
import { ronglianReceipts } from '../../src/sms/ronglian/ronglian-receipts';
import { tencentReceipts } from '../../src/sms/tencent/tencent-receipts';
import { twilioReceiptParser } from '../../src/sms/twilio/twilio-receipts';
import { isSignedByTwilio } from '../../src/sms/twilio/twilio-signature';
import { webhookReceiptParser } from '../../src/sms/webhook/webhook-receipts';
import { type Push, RECEIPTS_URL, ronglianXmlPush, twilioPush, webhookPush } from './stand-in/receipt-pushes';

const ID = '3f2b8a6c9d1e4f70a1b2c3d4e5f60718';
const TOLD = { smsId: ID, messageId: 'm', mobile: '13800138000', delivered: true, code: 'DELIVRD' };

function received({ headers, body, query = '' }: Push, path = '/receipts/s/p'): ProviderPush {
  return { headers, body, target: path + query, query: new URLSearchParams(query) };
}

describe('Reading receipts', () => {
  test('Aliyun: several at once, and a time in China', () => {
    const body = JSON.stringify([
      { out_id: ID, success: true, err_code: 'DELIVRD', report_time: '2026-01-31 08:00:05' },
      null,
      7,
      { out_id: ID, success: 'true', err_code: 'NEW:CODE', report_time: 'soon' },
      { out_id: ID, success: true, err_code: 'DELIVRD', report_time: 'at 2026-01-31 08:00:05' },
      { out_id: ID, success: true, err_code: 'DELIVRD', report_time: '2026-01-31 08:00:05.5' },
      { out_id: ID, success: false, err_code: 'DELIVRD' },
      {},
    ]);
    const { receipts } = aliyunReceipts.parse(received({ headers: {}, body }));
    expect(receipts).toEqual([
      { smsId: ID, outcome: 'delivered', carrierCode: 'DELIVRD', at: Date.parse('2026-01-31T00:00:05Z') },
      { smsId: ID, outcome: 'delivered', carrierCode: 'other', at: undefined },
      { smsId: ID, outcome: 'delivered', carrierCode: 'DELIVRD', at: undefined },
      { smsId: ID, outcome: 'delivered', carrierCode: 'DELIVRD', at: undefined },
      { smsId: ID, outcome: 'technical-failure', carrierCode: 'other', at: undefined },
      { smsId: 'undefined', outcome: 'technical-failure', carrierCode: 'other', at: undefined },
    ]);
  });

  test('Tencent: the mobile as messages have it, at home and abroad', () => {
    const body = JSON.stringify([
      { nationcode: '86', mobile: '13800138000', sid: '1', report_status: 'SUCCESS', errmsg: 'DELIVRD' },
      { nationcode: '852', mobile: '51234567', sid: '2', report_status: 'FAIL', errmsg: 'MBBLACK' },
    ]);
    const { receipts, answer } = tencentReceipts.parse(received({ headers: {}, body }));
    expect(receipts).toMatchObject([
      { messageId: '1', mobile: '13800138000', outcome: 'delivered' },
      { messageId: '2', mobile: '+85251234567', outcome: 'permanent-failure', carrierCode: 'MBBLACK' },
    ]);
    expect(JSON.parse(answer.body)).toEqual({ result: 0, errmsg: 'OK' });
  });

  test('Ronglian: XML is answered in XML; what people send is no receipt', () => {
    const { receipts, answer } = ronglianReceipts.parse(received(ronglianXmlPush(TOLD)));
    expect(receipts).toEqual([
      { smsId: ID, outcome: 'delivered', carrierCode: 'DELIVRD', at: Date.parse('2026-01-31T00:00:05Z') },
    ]);
    expect(answer).toEqual({
      status: 200,
      contentType: 'application/xml; charset=utf-8',
      body: '<?xml version="1.0" encoding="UTF-8"?><Response><statuscode>000000</statuscode></Response>',
    });
    const push = ronglianXmlPush(TOLD);
    const other = { ...push, body: push.body.replace('<smsType>1', '<smsType>0') };
    expect(ronglianReceipts.parse(received(other))).toMatchObject({ receipts: [], answer: { status: 400 } });
  });

  test.each([
    ['Request', (fields: object) => ({ Request: fields })],
    ['request', (fields: object) => ({ request: fields })],
    ['nothing', (fields: object) => fields],
  ])('Ronglian: JSON in which the fields stand under %s is answered in JSON', (_, push) => {
    const fields = { smsType: '1', reqId: ID, status: '0', deliverCode: 'DELIVRD', recvTime: '20260131080005' };
    const body = JSON.stringify(push(fields));
    expect(ronglianReceipts.parse(received({ headers: {}, body }))).toEqual({
      receipts: [{ smsId: ID, outcome: 'delivered', carrierCode: 'DELIVRD', at: Date.parse('2026-01-31T00:00:05Z') }],
      answer: {
        status: 200,
        contentType: 'application/json; charset=utf-8',
        body: '{"Response":{"statuscode":"000000"}}',
      },
    });
  });

  test('Ronglian: XML of 128 KB that opens and never closes is read at once', () => {
    const started = performance.now();
    for (const text of ['<a>', '<a><', '<a>x', `<${'a'.repeat(32)}>`]) {
      ronglianReceipts.parse(received({ headers: {}, body: text.repeat(131_072 / text.length) }));
    }
    // A pattern that tries every way would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  describe('Twilio', () => {
    const parser = twilioReceiptParser('token', RECEIPTS_URL);
    const path = `/receipts/s/twilio?smsId=${ID}`;
    const parse = (push: Push) => parser.parse(received(push, '/receipts/s/twilio'));
    const signed = (fields: Record<string, string>) => parse(twilioPush(fields, path, 'token'));

    test('signs as its documentation shows', () => {
      const form = new URLSearchParams({
        CallSid: 'CA1234567890ABCDE',
        Caller: '+14158675309',
        Digits: '1234',
        From: '+14158675309',
        To: '+18005551212',
      });
      const push = { url: 'https://mycompany.com/myapp.php?foo=1&bar=2', form };
      expect(isSignedByTwilio({ ...push, signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' }, '12345')).toBe(true);
      expect(isSignedByTwilio({ ...push, signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B9=' }, '12345')).toBe(false);
      expect(isSignedByTwilio({ ...push, signature: '' }, '12345')).toBe(false);
    });

    test('signs a field that stands there several times by each of its values once', () => {
      const form = new URLSearchParams('Tag=b&Tag=a&Tag=b');
      const url = 'https://sms.shop.example/push';
      const signature = createHmac('sha1', 'token').update(`${url}TagaTagb`).digest('base64');
      expect(isSignedByTwilio({ url, form, signature }, 'token')).toBe(true);
    });

    test.each(['queued', 'sending', 'sent', 'accepted', ''])('%j is a state on the way', (MessageStatus) => {
      expect(signed({ MessageStatus })).toMatchObject({ receipts: [], answer: { status: 200 } });
    });

    test.each([
      ['delivered', undefined, 'delivered', 'delivered'],
      ['read', undefined, 'delivered', 'read'],
      ['undelivered', '30005', 'permanent-failure', '30005'],
      ['failed', '30007', 'technical-failure', '30007'],
      ['failed', '99999', 'technical-failure', 'other'],
      ['canceled', '30008', 'technical-failure', '30008'],
    ])('%s with the error %s is %s', (MessageStatus, ErrorCode, outcome, carrierCode) => {
      const { receipts } = signed({ MessageStatus, ...(ErrorCode && { ErrorCode }) });
      expect(receipts).toEqual([{ smsId: ID, outcome, carrierCode }]);
    });

    test('a forged one: of another account, of another message, with another state', () => {
      const push = twilioPush({ MessageStatus: 'failed' }, path, 'token');
      const refused = { receipts: [], answer: { status: 403 } };
      expect(parse(twilioPush({ MessageStatus: 'failed' }, path, 'guess'))).toMatchObject(refused);
      expect(parse({ ...push, query: `?smsId=${ID.replace('3', '4')}` })).toMatchObject(refused);
      expect(parse({ ...push, body: 'MessageStatus=delivered' })).toMatchObject(refused);
      expect(parse({ ...push, headers: {} })).toMatchObject(refused);
    });
  });

  describe('webhook', () => {
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
    const now = 1_790_000_000;
    const parser = webhookReceiptParser([other, secret], () => now * 1000);
    const parse = (push: Push) => parser.parse(received(push));
    const fields = { id: ID, outcome: 'permanent-failure', code: 'MBBLACK', at: '2026-01-31T08:00:05+08:00' };

    test('either secret signs', () => {
      const receipt = { smsId: ID, outcome: 'permanent-failure', carrierCode: 'MBBLACK', at: Date.parse(fields.at) };
      for (const known of [secret, other]) {
        expect(parse(webhookPush(fields, known, now)).receipts).toEqual([receipt]);
      }
    });

    test.each([
      [
        'with a secret that is none of ours',
        webhookPush(fields, `whsec_${Buffer.alloc(32, 3).toString('base64')}`, now),
      ],
      ['six minutes old', webhookPush(fields, secret, now - 360)],
      ['from the future', webhookPush(fields, secret, now + 360)],
      ['without a time', { ...webhookPush(fields, secret, now), headers: { 'webhook-id': 'push-1' } }],
      ['with another body', { ...webhookPush(fields, secret, now), body: JSON.stringify({ ...fields, id: 'x' }) }],
    ])('a forged one: %s', (_, push) => {
      expect(parse(push)).toMatchObject({ receipts: [], answer: { status: 401 } });
    });

    test.each([{ id: ID }, { id: ID, outcome: 'lost' }, { id: 7, outcome: 'delivered' }, [], null])(
      'that tells nothing: %j',
      (body) => expect(parse(webhookPush(body as object, secret, now))).toMatchObject({ answer: { status: 400 } }),
    );
  });

  test('only providers that are named are listened to, and Twilio only where it can reach us', () => {
    const twilio = { accountSid: 'AC1', authToken: 't', sender: { from: '+1' }, baseUrl: 'https://api.twilio.com' };
    const names = (publicUrl?: string) =>
      Object.keys(
        createReceiptParsers({ providers: ['aliyun', 'twilio'], timeoutMs: 1, twilio }, { publicUrl, clock: Date.now }),
      );
    expect(names()).toEqual(['aliyun']);
    expect(names(RECEIPTS_URL)).toEqual(['aliyun', 'twilio']);
  });
});
