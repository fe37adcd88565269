import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { LocalApp } from '../observability/local-app';
import { ALL_INBOUND_STAND_INS, INBOUND_STAND_INS, type Sent } from '../sms/stand-in/inbound-stand-ins';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const OLD_SECRET = 'Zm9vYmFyYmF6cXV4Zm9vYmFy_-';
const PUBLIC_URL = 'https://sms.shop.example';
const STRANGER = '13900139000';

const START = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {
  startInboundVerification(mobile: $mobile, imageCode: $imageCode, uuid: $uuid, purpose: $purpose) {
    code errmsg reason retryAfter inbound { number text expiresIn }
  }
}`;
const STATUS = `query ($mobile: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {
  inboundStatus(mobile: $mobile, uuid: $uuid, purpose: $purpose) { code errmsg reason retryAfter state ticket }
}`;

describe.each(Object.entries(INBOUND_STAND_INS))('A message that %s passes on', (provider, standIn) => {
  let app: LocalApp;
  let now = Date.UTC(2026, 10, 27);

  beforeAll(async () => {
    app = await LocalApp.start(
      {
        ...ALL_INBOUND_STAND_INS,
        RECEIPTS_SECRET: `${SECRET},${OLD_SECRET}`,
        RECEIPTS_URL: PUBLIC_URL,
        INBOUND_NUMBERS: '1069012345678',
        INBOUND_ALWAYS: 'true',
        TICKET_SECRET: 'a secret that two services of one shop share',
      },
      { clock: () => now },
    );
  });
  afterAll(() => app?.close());

  const ask = async (field: string, query: string, variables: object) => {
    const { body } = await app.api.query(query, variables);
    return body.data?.[field] as unknown as Record<string, unknown>;
  };
  /** A request that waits, of a mobile that nobody else uses. */
  async function waiting() {
    const mobile = app.newMobile();
    const captcha = await app.seededCaptcha();
    const started = await ask('startInboundVerification', START, { mobile, ...captcha });
    expect(started).toMatchObject({ code: 200, reason: 'OK', inbound: { number: '1069012345678', expiresIn: 600 } });
    return { mobile, uuid: captcha.uuid, text: (started.inbound as { text: string }).text };
  }
  const status = (request: { mobile: string; uuid: string }) => ask('inboundStatus', STATUS, request);
  async function push(
    sent: Sent,
    { secret = SECRET, at = now, name = provider, change = (body: string) => body } = {},
  ) {
    const path = `/inbound/${secret}/${name}`;
    const { headers, body } = standIn.push(sent, PUBLIC_URL + path, at);
    const response = await fetch(app.url + path, { method: 'POST', headers, body: change(body) });
    return { status: response.status, text: await response.text() };
  }
  const result = async (name: string) => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return Number(new RegExp(`^sms_verification_inbound_total\\{result="${name}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
  };
  const WAITING = { code: 400, reason: 'INBOUND_WAITING', retryAfter: 3, state: 'WAITING', ticket: null };

  test('confirms, and whoever asked gets one ticket, however often it comes and is asked about', async () => {
    const { mobile, uuid, text } = await waiting();
    expect(text).toMatch(/^注册 [CDFGHJKMNPQRTVWXY34679]{8}$/);
    expect(await status({ mobile, uuid })).toMatchObject(WAITING);
    const taken = await push({ from: mobile, text });
    expect(taken.status).toBe(200);
    expect(taken.text).toMatch(standIn.acknowledged);
    const first = await status({ mobile, uuid });
    expect(first).toMatchObject({ code: 200, reason: 'OK', state: 'CONFIRMED', errmsg: '手机号验证成功' });
    // A repetition, by the secret that is being given up.
    now += 60_000;
    expect(await push({ from: mobile, text }, { secret: OLD_SECRET })).toEqual(taken);
    const again = await status({ mobile, uuid });
    expect(decodeJwt(String(again.ticket))).toEqual(decodeJwt(String(first.ticket)));
    expect(decodeJwt(String(first.ticket))).toMatchObject({ sub: mobile, purpose: 'REGISTER' });
    // Nobody else learns of it.
    expect(await status({ mobile, uuid: randomUUID() })).toMatchObject({ reason: 'SMS_CODE_EXPIRED', ticket: null });
    expect(await status({ mobile: STRANGER, uuid })).toMatchObject({ state: 'EXPIRED', ticket: null });
  });

  test('confirms nothing from another number, of another text, or in another purpose’s name; and is taken all the same', async () => {
    const { mobile, uuid, text } = await waiting();
    const taken = await push({ from: mobile, text: 'hello' });
    expect(taken.status).toBe(200);
    const code = text.split(' ')[1];
    for (const sent of [
      { from: STRANGER, text },
      // The same digits abroad.
      { from: `+1${mobile.slice(1)}`, text },
      { from: mobile, text: `重置密码 ${code}` },
      { from: mobile, text: String(code) },
      { from: mobile, text: text.replace(/.$/, (last) => (last === '9' ? '7' : '9')) },
      { from: 'nobody', text },
      { from: '', text: '' },
    ])
      expect(await push(sent)).toEqual(taken);
    expect(await status({ mobile, uuid })).toMatchObject(WAITING);
    await push({ from: mobile, text });
    expect(await status({ mobile, uuid })).toMatchObject({ state: 'CONFIRMED' });
  });

  test('comes too late after ten minutes', async () => {
    const request = await waiting();
    now += 600_000;
    expect((await push({ from: request.mobile, text: request.text })).status).toBe(200);
    expect(await status(request)).toMatchObject({ code: 400, reason: 'SMS_CODE_EXPIRED', state: 'EXPIRED' });
  });

  test('is not there for whoever has no secret, and no body of 1 MB is read', async () => {
    const { mobile, uuid, text } = await waiting();
    const unmatched = await result('unmatched');
    expect((await push({ from: mobile, text }, { secret: SECRET.replace('b', 'c') })).status).toBe(404);
    expect((await push({ from: mobile, text }, { name: 'nobody' })).status).toBe(404);
    expect((await push({ from: mobile, text }, { change: (body) => body + ' '.repeat(1_000_000) })).status).toBe(413);
    expect(await status({ mobile, uuid })).toMatchObject(WAITING);
    expect(await result('unmatched')).toBe(unmatched);
  });

  if (standIn.isSigned) {
    test('confirms nothing without its signature, with another’s, or with one of another message', async () => {
      const { mobile, uuid, text } = await waiting();
      const path = `/inbound/${SECRET}/${provider}`;
      const signed = standIn.push({ from: mobile, text }, PUBLIC_URL + path, now);
      const names = Object.keys(signed.headers).filter((name) => /signature$/.test(name));
      const forged = Object.fromEntries(names.map((name) => [name, 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']));
      const without = Object.fromEntries(Object.entries(signed.headers).filter(([name]) => !names.includes(name)));
      const other = standIn.push({ from: STRANGER, text }, PUBLIC_URL + path, now);
      for (const headers of [without, { ...signed.headers, ...forged }, other.headers]) {
        const { status: code } = await fetch(app.url + path, { method: 'POST', headers, body: signed.body });
        expect([401, 403]).toContain(code);
      }
      expect(await status({ mobile, uuid })).toMatchObject(WAITING);
    });
  }

  test('that can’t be read is turned down, so that it comes again', async () => {
    const { mobile, uuid } = await waiting();
    for (const body of ['', '{}', 'null', '<', '"', 'a=b'])
      expect((await push({ from: mobile, text: 'x' }, { change: () => body })).status).toBeGreaterThanOrEqual(400);
    expect(await status({ mobile, uuid })).toMatchObject(WAITING);
  });
});
