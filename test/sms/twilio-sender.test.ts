import { createServer } from 'node:http';
import { VERIFICATION_PURPOSES } from '../../src/sms/purpose';
import { createTwilioSender, type TwilioSettings } from '../../src/sms/twilio/twilio-sender';
import { twilioText } from '../../src/sms/twilio/twilio-text';
import { describeSmsSender, newMessage, PATIENT_MS, portOf } from './contract';
import { startTwilioStandIn } from './stand-in/twilio-stand-in';

const ACCOUNT = { accountSid: 'AC2a3b4c5d6e7f80912a3b4c5d6e7f8091', authToken: 'example-secret-of-the-account' };
const SETTINGS: Omit<TwilioSettings, 'baseUrl'> = {
  ...ACCOUNT,
  sender: { from: '+15005550006' },
  timeoutMs: PATIENT_MS,
};

describeSmsSender('twilio', {
  start: () => startTwilioStandIn(ACCOUNT),
  connect: async (baseUrl, timeoutMs) => createTwilioSender({ ...SETTINGS, timeoutMs, baseUrl }),
  connectWithWrongSecret: async (baseUrl, timeoutMs) =>
    createTwilioSender({ ...SETTINGS, timeoutMs, authToken: 'wrong-secret', baseUrl }),
  withoutId: true,
  codes: {
    refused: ['21211', '21265', '21214', '21610', '21612', '21614', '21635'],
    throttled: ['20429', '14107', '21611'],
    misconfigured: [
      ...['20003', '20005', '20008', '20403', '20404', '21609', '21602', '21603', '21604', '21605', '21617', '21619'],
      ...['21212', '21601', '21606', '21659', '21660', '21661', '21701', '21702', '21703', '21704', '21705'],
      ...['21608', '21408'],
    ],
    unknown: ['20001', '99999'],
  },
  ofSome: ['21608', '21408', '21606', '21659', '21703'],
  wordless: ['{}', 'null', '[]', '{"status":"queued"}'],
  expectRequest: ({ method, path, headers, body }, message) => {
    expect(`${method} ${path}`).toBe(`POST /2010-04-01/Accounts/${ACCOUNT.accountSid}/Messages.json`);
    expect(headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      To: `+86${message.mobile}`,
      From: '+15005550006',
      Body: `注册验证码 ${message.code}，${message.minutes} 分钟内有效，请勿告诉他人。`,
    });
  },
});

describe('Twilio sender', () => {
  test('a messaging service sends in place of a number, in the language of the reader', async () => {
    const standIn = await startTwilioStandIn(ACCOUNT);
    const sender = createTwilioSender({
      ...SETTINGS,
      sender: { messagingServiceSid: 'MG0123456789abcdef0123456789abcdef' },
      baseUrl: `${standIn.url}/`,
    });
    const message = { ...newMessage(), minutes: 1, purpose: 'LOGIN', language: 'en' } as const;
    expect(await sender.send(message)).toMatchObject({ class: 'accepted', providerCode: 'queued' });
    await standIn.close();
    const form = new URLSearchParams(standIn.requests[0]?.body);
    expect(form.get('From')).toBeNull();
    expect(form.get('MessagingServiceSid')).toBe('MG0123456789abcdef0123456789abcdef');
    expect(form.get('Body')).toBe(
      `${message.code} is your code to sign in. It is valid for 1 minute. Do not share it.`,
    );
  });

  test.each([
    { status: 201, body: { sid: 'SM1', status: 'accepted' }, expected: { class: 'accepted', messageId: 'SM1' } },
    { status: 201, body: { sid: 'SM1', status: 'failed', error_code: 21610 }, expected: { class: 'refused' } },
    { status: 201, body: { sid: 'SM1', status: 'undelivered', error_code: 21610 }, expected: { class: 'refused' } },
    { status: 201, body: { sid: 'SM1', status: 'canceled', error_code: 21611 }, expected: { class: 'throttled' } },
    { status: 201, body: { sid: 'SM1', status: 'failed', error_code: null }, expected: { class: 'unknown' } },
    { status: 201, body: { status: 'queued' }, expected: { class: 'unknown', providerCode: 'unreadable' } },
    { status: 302, body: { sid: 'SM1', status: 'queued' }, expected: { class: 'unknown', providerCode: 'http-302' } },
    { status: 400, body: { message: 'no code' }, expected: { class: 'unknown', providerCode: 'http-400' } },
    { status: 503, body: { code: 21610 }, expected: { class: 'unknown', providerCode: 'http-503' } },
  ])('HTTP $status with $body: $expected.class', async ({ status, body, expected }) => {
    const server = createServer((_request, response) => response.writeHead(status).end(JSON.stringify(body)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const outcome = await createTwilioSender({ ...SETTINGS, baseUrl: `http://127.0.0.1:${portOf(server)}` }).send(
      newMessage(),
    );
    server.closeAllConnections();
    server.close();
    expect(outcome).toMatchObject(expected);
  });

  test('every text fits into one segment', () => {
    for (const purpose of VERIFICATION_PURPOSES) {
      const message = { ...newMessage(), minutes: 10, purpose };
      expect(twilioText({ ...message, language: 'zh' }).length).toBeLessThanOrEqual(70);
      const english = twilioText({ ...message, language: 'en' });
      expect(english.length).toBeLessThanOrEqual(160);
      expect(english).toMatch(/^[\x20-\x7e]+$/);
    }
  });
});
