import { VERIFICATION_PURPOSES } from '../../src/sms/purpose';
import { createTwilioSender, type TwilioSettings } from '../../src/sms/twilio/twilio-sender';
import { twilioText } from '../../src/sms/twilio/twilio-text';
import { describeSmsSender, newMessage, PATIENT_MS } from './contract';
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
    refused: ['21211', '21214', '21610', '21612', '21614', '21635'],
    throttled: ['20429', '14107', '21611'],
    misconfigured: ['20003', '20404', '21212', '21606', '21608', '21408', '21660', '21703'],
    unknown: ['20001', '99999'],
  },
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
