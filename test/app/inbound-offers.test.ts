import type { SmsOutcome } from '../../src/sms/sender';
import { LocalApp } from '../observability/local-app';
import { INBOUND_STAND_INS } from '../sms/stand-in/inbound-stand-ins';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const SETTINGS = {
  ...INBOUND_STAND_INS.ronglian?.environment,
  SMS_PROVIDERS: 'ronglian',
  RECEIPTS_SECRET: SECRET,
  INBOUND_NUMBERS: '1069012345678',
};
const SEND = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { reason inbound { text } }
}`;

type Offered = { reason: string; inbound: { text: string } | null };

describe('What a phone may send in place of a code', () => {
  let app: LocalApp;
  afterEach(() => app?.close());

  const send = async (mobile = app.newMobile()) => {
    const { body } = await app.api.query(SEND, { mobile, ...(await app.seededCaptcha()) });
    return body.data?.sendSmsCode as unknown as Offered;
  };
  const push = (from: string, text: string) => {
    const pushed = INBOUND_STAND_INS.ronglian?.push({ from, text }, '', 0);
    return fetch(`${app.url}/inbound/${SECRET}/ronglian`, { method: 'POST', ...pushed });
  };
  const offered = { text: expect.stringMatching(/^注册 /) };

  test.each<[Partial<SmsOutcome>, string, object | null]>([
    [{ class: 'accepted' }, 'OK', null],
    [{ class: 'unknown' }, 'SMS_UNCONFIRMED', offered],
    [{ class: 'refused', fault: 'number' }, 'SMS_REJECTED', offered],
    [{ class: 'throttled' }, 'SMS_REJECTED', offered],
    [{ class: 'misconfigured' }, 'SMS_REJECTED', offered],
  ])(
    'given a provider that answers %j, when a code was asked for, then %s, with a text: %j',
    async (outcome, reason, inbound) => {
      const answer = { class: 'accepted', provider: 'ronglian', providerCode: 'x', ...outcome } as SmsOutcome;
      app = await LocalApp.start(SETTINGS, { sender: { name: 'ronglian', send: async () => answer } });
      expect(await send()).toEqual({ reason, inbound });
    },
  );

  test.each([
    ['zh-CN', ['请用本机发送短信', '尚未收到您发送的短信', '手机号验证成功']],
    [
      'en',
      ['Please send the text from this phone', 'Your message has not arrived yet', 'The mobile number is confirmed'],
    ],
  ])('given a browser that prefers %s, then each step is told in its words', async (language, words) => {
    app = await LocalApp.start({ ...SETTINGS, INBOUND_ALWAYS: 'true' });
    const [mobile, { uuid, imageCode }] = [app.newMobile(), await app.seededCaptcha()];
    const ask = async (query: string) => {
      const answer = await app.api.post({ query, variables: {} }, { 'accept-language': language });
      return Object.values(answer.body.data ?? {})[0] as unknown as { errmsg: string; inbound?: { text: string } };
    };
    const status = `{ inboundStatus(mobile: "${mobile}", uuid: "${uuid}") { errmsg } }`;
    const started = await ask(
      `mutation { startInboundVerification(mobile: "${mobile}", uuid: "${uuid}", imageCode: "${imageCode}") { errmsg inbound { text } } }`,
    );
    const waiting = await ask(status);
    await push(mobile, String(started.inbound?.text));
    expect([started, waiting, await ask(status)].map(({ errmsg }) => errmsg)).toEqual(words);
  });

  test('given a mobile that had its code a moment ago, when another is asked for, then there is nothing to send', async () => {
    app = await LocalApp.start(SETTINGS);
    const mobile = app.newMobile();
    await send(mobile);
    expect(await send(mobile)).toEqual({ reason: 'TOO_FREQUENT', inbound: null });
  });

  test('given too many wrong codes, when a code is asked for, then there is a text to send', async () => {
    app = await LocalApp.start({ ...SETTINGS, VERIFY_MAX_FAILURES: '1' });
    const mobile = app.newMobile();
    const { uuid } = await app.send(mobile);
    await app.api.verifySmsCode(mobile, app.lastCode() === '000000' ? '000001' : '000000', uuid);
    expect(await send(mobile)).toEqual({ reason: 'SMS_CODE_LOCKED', inbound: offered });
  });

  test('given an address that owes as much as it may, when one of its mobiles sends its text, then what that owed is paid', async () => {
    app = await LocalApp.start({ ...SETTINGS, SMS_PER_CLIENT_HOUR: '2' });
    const mobile = app.newMobile();
    expect(await send(mobile)).toEqual({ reason: 'OK', inbound: null });
    expect(await send()).toEqual({ reason: 'OK', inbound: null });
    const refused = await send(mobile);
    expect(refused).toEqual({ reason: 'QUOTA_EXCEEDED', inbound: offered });
    await push(mobile, String(refused.inbound?.text));
    expect((await send()).reason).toBe('OK');
    expect((await send()).reason).toBe('QUOTA_EXCEEDED');
  });
});
