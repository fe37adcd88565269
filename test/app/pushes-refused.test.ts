import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import type { LogLine } from '../harness/server-process';
import { ALL_INBOUND_STAND_INS, INBOUND_STAND_INS } from '../sms/stand-in/inbound-stand-ins';
import { type Push, twilioPush, webhookPush } from '../sms/stand-in/receipt-pushes';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const OTHER_KEY = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const { WEBHOOK_SECRET = '', TWILIO_AUTH_TOKEN = '' } = ALL_INBOUND_STAND_INS;
const MOBILE = '13800138000';
const REFUSED = "A provider's push was refused: what it told is lost, unless the provider comes again";

describe('A push by the right path', () => {
  let app: App;
  let url: string;
  let now = Date.UTC(2026, 10, 27);
  const lines: LogLine[] = [];

  beforeAll(async () => {
    const environment = {
      ...ALL_INBOUND_STAND_INS,
      RECEIPTS_SECRET: SECRET,
      RECEIPTS_URL: 'https://sms.shop.example',
      INBOUND_NUMBERS: '1069012345678',
    };
    const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
    app = await createApp(loadConfig(environment), log, { clock: () => now });
    app.http.listen(0, '127.0.0.1');
    await once(app.http, 'listening');
    url = `http://127.0.0.1:${(app.http.address() as AddressInfo).port}`;
  });
  afterAll(() => app?.close(0));
  beforeEach(() => {
    lines.length = 0;
    // Whatever was said before may be said again.
    now += 3_600_000;
  });

  const seconds = (offset = 0) => Math.floor(now / 1000) + offset;
  const fields = { id: 'x', outcome: 'delivered', from: MOBILE, text: 'hello' };
  const push = async ({ headers, body }: Push, kind = 'receipts', provider = 'webhook', secret = SECRET) =>
    (await fetch(`${url}/${kind}/${secret}/${provider}`, { method: 'POST', headers, body })).status;

  test.each([
    [-360, 'its time is 360 s behind this clock: set the clock that is wrong (NTP)'],
    [360, 'its time is 360 s ahead of this clock: set the clock that is wrong (NTP)'],
  ])('that is signed, %d s apart: the log says which and why, once a minute', async (offset, why) => {
    const signed = () => webhookPush(fields, WEBHOOK_SECRET, seconds(offset));
    const line = { level: 40, kind: 'receipts', provider: 'webhook', why, msg: REFUSED };
    for (let n = 0; n < 5; n++) expect(await push(signed())).toBe(401);
    expect(lines).toMatchObject([line]);
    now += 59_000;
    expect(await push(signed())).toBe(401);
    expect(lines).toHaveLength(1);
    // Another kind has a line of its own.
    expect(await push(signed(), 'inbound')).toBe(401);
    expect(lines.slice(1)).toMatchObject([{ ...line, kind: 'inbound' }]);
    now += 1_000;
    expect(await push(signed())).toBe(401);
    expect(lines.slice(2)).toMatchObject([line]);
  });

  const unsigned = ({ body }: Push): Push => ({ headers: {}, body });
  const timeless = ({ headers, body }: Push): Push => ({ headers: { ...headers, 'webhook-timestamp': 'soon' }, body });
  test.each([
    [
      'with another key',
      () => webhookPush(fields, OTHER_KEY, seconds()),
      /^its signature doesn't match: .*WEBHOOK_SECRET/,
    ],
    [
      'with another key, and apart',
      () => webhookPush(fields, OTHER_KEY, seconds(-900)),
      /^its signature doesn't match: /,
    ],
    ['with nothing', () => unsigned(webhookPush(fields)), /^it isn't signed/],
    ['with no time', () => timeless(webhookPush(fields, WEBHOOK_SECRET, seconds())), /^it isn't signed/],
  ])('that is signed %s: the log says what to compare', async (_, pushed, why) => {
    for (const kind of ['receipts', 'inbound']) expect(await push(pushed(), kind)).toBe(401);
    expect(lines).toMatchObject(
      ['receipts', 'inbound'].map((kind) => ({ kind, provider: 'webhook', why: expect.stringMatching(why) })),
    );
  });

  test('of Twilio, for another address than RECEIPTS_URL: the log says what to compare', async () => {
    const form = { MessageStatus: 'delivered', From: `+86${MOBILE}`, Body: 'hello' };
    for (const kind of ['receipts', 'inbound']) {
      const { headers, body } = twilioPush(form, '/elsewhere', TWILIO_AUTH_TOKEN);
      expect(await push({ headers, body }, kind, 'twilio')).toBe(403);
    }
    const why = expect.stringMatching(/^its signature doesn't match: .*RECEIPTS_URL.*TWILIO_AUTH_TOKEN/);
    expect(lines).toMatchObject(['receipts', 'inbound'].map((kind) => ({ level: 40, kind, provider: 'twilio', why })));
    expect(JSON.stringify(lines)).not.toMatch(new RegExp([SECRET, TWILIO_AUTH_TOKEN, MOBILE, 'hello'].join('|')));
  });

  test('that is right, and one by a wrong path: nothing is said', async () => {
    expect(await push(webhookPush(fields, WEBHOOK_SECRET, seconds()))).toBe(200);
    const text = INBOUND_STAND_INS.webhook?.push({ from: MOBILE, text: 'hello' }, '', now);
    expect(text && (await push(text, 'inbound'))).toBe(200);
    const wrong = SECRET.replace('b', 'c');
    expect(await push(webhookPush(fields, OTHER_KEY, seconds()), 'receipts', 'webhook', wrong)).toBe(404);
    expect(lines).toEqual([]);
  });
});
