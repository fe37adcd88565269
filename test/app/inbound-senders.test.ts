import { LocalApp } from '../observability/local-app';
import { ALL_INBOUND_STAND_INS, INBOUND_STAND_INS, type Sent } from '../sms/stand-in/inbound-stand-ins';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const PUBLIC_URL = 'https://sms.shop.example';
const STRANGER = '13900139000';
const NOW = Date.UTC(2026, 10, 27);

const START = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  startInboundVerification(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { reason inbound { text } }
}`;
const STATUS = 'query ($mobile: String!, $uuid: String!) { inboundStatus(mobile: $mobile, uuid: $uuid) { state } }';

describe('A stranger who asked in another’s name', () => {
  let app: LocalApp;
  beforeAll(async () => {
    app = await LocalApp.start(
      {
        ...ALL_INBOUND_STAND_INS,
        RECEIPTS_SECRET: SECRET,
        RECEIPTS_URL: PUBLIC_URL,
        INBOUND_NUMBERS: '1069012345678',
        INBOUND_ALWAYS: 'true',
      },
      { clock: () => NOW },
    );
  });
  afterAll(() => app?.close());

  async function asked(): Promise<{ mobile: string; uuid: string; text: string }> {
    const mobile = app.newMobile();
    const captcha = await app.seededCaptcha();
    const { body } = await app.api.query(START, { mobile, ...captcha });
    const started = body.data?.startInboundVerification as { inbound?: { text: string } } | undefined;
    return { mobile, uuid: captcha.uuid, text: started?.inbound?.text ?? '' };
  }
  async function state({ mobile, uuid }: { mobile: string; uuid: string }): Promise<unknown> {
    const { body } = await app.api.query(STATUS, { mobile, uuid });
    return (body.data?.inboundStatus as { state?: string } | undefined)?.state;
  }
  async function push(provider: string, sent: Sent, change: (body: string) => string = (body) => body) {
    const path = `/inbound/${SECRET}/${provider}`;
    const passedOn = INBOUND_STAND_INS[provider]?.push(sent, PUBLIC_URL + path, NOW);
    if (!passedOn) throw new Error(`Nothing stands in for ${provider}`);
    const { headers, body } = passedOn;
    return (await fetch(app.url + path, { method: 'POST', headers, body: change(body) })).status;
  }

  // How a provider writes what a person sent into its XML: as it is, or quoted; before the sender, or behind.
  const asItIs = (body: string) => body;
  const quoted = (body: string) => body.replace(/<content>(.*)<\/content>/, '<content><![CDATA[$1]]></content>');
  const before = (body: string) => body.replace(/(<fromNum>\d+<\/fromNum>)(<content>.*<\/content>)/, '$2$1');
  const ELEMENTS: readonly ((mobile: string, text: string) => string)[] = [
    (mobile, text) => `<fromNum>${mobile}</fromNum><content>${text}</content>`,
    (mobile, text) => `a</content><fromNum>${mobile}</fromNum><content>${text}`,
    (mobile, text) => `a</content><fromNum>${mobile}</fromNum><content>${text}</content><!--`,
  ];

  test.each([
    ['as it is', asItIs],
    ['quoted', quoted],
    ['as it is, before the sender', before],
    ['quoted, before the sender', (body: string) => before(quoted(body))],
    // A provider that quotes everything: the only sender that could be read is then the one that the person wrote.
    ['quoted, as its sender is', (body: string) => quoted(body).replace(STRANGER, `<![CDATA[${STRANGER}]]>`)],
  ])('sends elements of Ronglian’s XML, which come %s: nobody is confirmed', async (_, change) => {
    const request = await asked();
    for (const elements of ELEMENTS) {
      await push('ronglian', { from: STRANGER, text: elements(request.mobile, request.text) }, change);
      expect(await state(request)).toBe('WAITING');
    }
    expect(await push('ronglian', { from: request.mobile, text: request.text })).toBe(200);
    expect(await state(request)).toBe('CONFIRMED');
  });

  test('sends under a name that reads like a mainland number, through Twilio: nobody is confirmed', async () => {
    const request = await asked();
    for (const from of [request.mobile, `86${request.mobile}`, `0086${request.mobile}`]) {
      expect(await push('twilio', { from, text: request.text, isName: true })).toBe(200);
      expect(await state(request)).toBe('WAITING');
    }
    expect(await push('twilio', { from: request.mobile, text: request.text })).toBe(200);
    expect(await state(request)).toBe('CONFIRMED');
  });
});
