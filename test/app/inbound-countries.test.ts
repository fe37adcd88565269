import { MemoryStore } from '../../src/store/memory/memory-store';
import { LocalApp } from '../observability/local-app';
import { INBOUND_STAND_INS } from '../sms/stand-in/inbound-stand-ins';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const PUBLIC_URL = 'https://sms.shop.example';
const HONG_KONG = '+85291234567';
const MAINLAND = '13800138000';

const START = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  startInboundVerification(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { reason inbound { number text } }
}`;
const SEND = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { reason inbound { number } }
}`;
const STATUS = `query ($mobile: String!, $uuid: String!) { inboundStatus(mobile: $mobile, uuid: $uuid) { state } }`;

describe('A shop that sends to Hong Kong, where senders can be forged', () => {
  let store: MemoryStore;
  /** Trusts the mainland's networks with who sent a message, which is the default. */
  let mainlandOnly: LocalApp;
  let both: LocalApp;
  beforeEach(async () => {
    store = new MemoryStore();
    const settings = {
      ...INBOUND_STAND_INS.twilio?.environment,
      SMS_PROVIDERS: 'twilio',
      SMS_COUNTRIES: 'CN,HK',
      SMS_DAILY_BUDGET: '1',
      RECEIPTS_SECRET: SECRET,
      RECEIPTS_URL: PUBLIC_URL,
      INBOUND_NUMBERS: 'CN:106901,HK:+85212345678',
      INBOUND_ALWAYS: 'true',
    };
    mainlandOnly = await LocalApp.start(settings, { store });
    both = await LocalApp.start({ ...settings, INBOUND_COUNTRIES: 'CN,HK' }, { store });
  });
  afterEach(() => Promise.all([mainlandOnly?.close(), both?.close()]));

  async function ask(app: LocalApp, query: string, variables: object) {
    const { body } = await app.api.query(query, variables);
    return Object.values(body.data ?? {})[0] as unknown as {
      reason: string;
      state: string;
      inbound: { number: string; text: string } | null;
    };
  }
  const start = async (app: LocalApp, mobile: string) => {
    const captcha = await both.seededCaptcha();
    return { uuid: captcha.uuid, ...(await ask(app, START, { mobile, ...captcha })) };
  };
  const push = (app: LocalApp, from: string, text: string) => {
    const path = `/inbound/${SECRET}/twilio`;
    const pushed = INBOUND_STAND_INS.twilio?.push({ from, text }, PUBLIC_URL + path, Date.now());
    return fetch(app.url + path, { method: 'POST', ...pushed });
  };

  test('given the mainland alone is trusted, when a mobile there asks, then it is told what to send, and one in Hong Kong is not', async () => {
    expect(await start(mainlandOnly, MAINLAND)).toMatchObject({ reason: 'OK', inbound: { number: '106901' } });
    expect(await start(mainlandOnly, HONG_KONG)).toMatchObject({ reason: 'INBOUND_NOT_OFFERED', inbound: null });
    expect(await start(both, HONG_KONG)).toMatchObject({ reason: 'OK', inbound: { number: '+85212345678' } });
  });

  test('given no code comes any more, when a mobile in Hong Kong asked for one, then it is not told what to send instead', async () => {
    await ask(both, SEND, { mobile: '13900139000', ...(await both.seededCaptcha()) });
    const refused = await ask(mainlandOnly, SEND, { mobile: HONG_KONG, ...(await both.seededCaptcha()) });
    expect(refused).toEqual({ reason: 'QUOTA_EXCEEDED', inbound: null });
  });

  test('given a text that is waited for, when it comes from Hong Kong, then it confirms where that is trusted, and nowhere else', async () => {
    const { uuid, inbound } = await start(both, HONG_KONG);
    const state = async () => (await ask(both, STATUS, { mobile: HONG_KONG, uuid })).state;
    expect((await push(mainlandOnly, HONG_KONG, String(inbound?.text))).status).toBe(200);
    expect(await state()).toBe('WAITING');
    await push(both, HONG_KONG, String(inbound?.text));
    expect(await state()).toBe('CONFIRMED');
  });
});
