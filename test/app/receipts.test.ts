import type { DomainEvent } from '../../src/verification/events';
import { SmsIds } from '../../src/verification/sms-ids';
import { waitUntil } from '../harness/wait-until';
import { scrape } from '../observability/exposition';
import { LocalApp } from '../observability/local-app';
import { type Push, RECEIPT_PROVIDERS, RECEIPTS_URL, type Told } from '../sms/stand-in/receipt-pushes';
import type { StandIn } from '../sms/stand-in/stand-in';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const OLD_SECRET = 'Zm9vYmFyYmF6cXV4Zm9vYmFy_-';
const HASH_SECRET = 'a secret that only these servers know';
const HOUR_MS = 3_600_000;

jest.setTimeout(60_000);

describe.each(RECEIPT_PROVIDERS)('Receipts of $name', (provider) => {
  const { name, codes } = provider;
  const path = `/receipts/${SECRET}/${name}`;
  let standIn: StandIn;
  let app: LocalApp;
  let events: DomainEvent[] = [];
  let messages = 0;

  beforeAll(async () => {
    standIn = await provider.start();
    const environment = {
      ...provider.environment(standIn.url),
      SMS_PROVIDERS: name,
      SMS_TIMEOUT_MS: '10000',
      RECEIPTS_SECRET: `${SECRET},${OLD_SECRET}`,
      RECEIPTS_URL,
      CLIENT_HASH_SECRET: HASH_SECRET,
      ABUSE_POLICY: 'off',
      SMS_PER_CLIENT_HOUR: '0',
      METRICS_PORT: '0',
    };
    app = await LocalApp.start(environment, { sender: undefined, observe: (event) => events.push(event) });
    // The first send loads the provider's SDK.
    await app.send(app.newMobile());
  });

  afterAll(async () => {
    await app?.close();
    await standIn?.close();
  });

  beforeEach(() => {
    events = [];
    standIn.behave('accept');
  });

  /** A message that was sent, as its provider would tell of it. */
  async function sent(changes: Partial<Told> = {}): Promise<Told> {
    messages += 1;
    const messageId = `2028:message-${messages}`;
    standIn.behave({ messageId });
    const mobile = app.newMobile();
    const answer = await app.send(mobile);
    expect(answer.reason).toBe('OK');
    return { smsId: String(answer.smsId), messageId, mobile, delivered: true, code: codes.delivered, ...changes };
  }

  async function post({ headers, body, query = '' }: Push, to = path, url = app.monitoringUrl) {
    const response = await fetch(url + to + query, { method: 'POST', headers, body });
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  }

  const push = (told: Told, to = path) => post(provider.push(told, to), to);
  const reported = () => events.filter(({ type }) => type === 'delivery-reported');
  const ignored = () => events.flatMap((event) => (event.type === 'receipt-ignored' ? [event.reason] : []));

  test('a right one is answered as the provider expects, counted, and told once', async () => {
    const told = await sent();
    expect(await push(told)).toEqual({
      status: 200,
      type: expect.stringMatching(provider.expected.type),
      text: provider.expected.text,
    });
    expect(reported()).toEqual([
      {
        type: 'delivery-reported',
        smsId: told.smsId,
        provider: name,
        outcome: 'delivered',
        carrierCode: codes.delivered,
        seconds: expect.any(Number),
      },
    ]);
    const exposition = await scrape(app.monitoringUrl);
    const labels = `provider="${name}",outcome="delivered",carrier_code="${codes.delivered}"`;
    expect(exposition.value(`sms_verification_deliveries_total{${labels}}`)).toBe(1);
    expect(exposition.value(`sms_verification_delivery_duration_seconds_count{provider="${name}"}`)).toBe(1);
  });

  test('duplicates, and a later word that differs, are answered alike and change nothing', async () => {
    const told = await sent();
    const answers = await Promise.all([
      push(told),
      push(told),
      push({ ...told, delivered: false, code: codes.unreachable }),
    ]);
    expect(answers.map(({ status, text }) => [status, text])).toEqual(Array(3).fill([200, provider.expected.text]));
    expect(reported()).toHaveLength(1);
    expect(ignored()).toEqual(['duplicate', 'duplicate']);
  });

  test('a phone that could not be reached is a temporary failure; a code that is not listed is other', async () => {
    await push(await sent({ delivered: false, code: codes.unreachable }));
    await push(await sent({ delivered: false, code: '13800138000' }));
    expect(reported()).toMatchObject([
      { outcome: 'temporary-failure', carrierCode: codes.unreachable },
      { outcome: name === 'webhook' ? 'temporary-failure' : 'technical-failure', carrierCode: 'other' },
    ]);
  });

  test('one that comes before the answer to the send is counted as well', async () => {
    messages += 1;
    const messageId = `2028:message-${messages}`;
    standIn.behave({ messageId }, { latencyMs: 300 });
    standIn.accepted.length = 0;
    const mobile = app.newMobile();
    const sending = app.send(mobile);
    await waitUntil('the provider has the message', () => standIn.accepted.length > 0);
    const smsId = lastId(standIn);
    const told: Told = { smsId, messageId, mobile, delivered: true, code: codes.delivered };
    expect(await push(told)).toMatchObject({ status: 200, text: provider.expected.text });
    expect(await sending).toMatchObject({ reason: 'OK', smsId });
    await waitUntil('the receipt is counted', () => reported().length > 0);
    expect(reported()).toMatchObject([{ smsId, outcome: 'delivered' }]);
  });

  // Tencent names a message by an id that stood in the answer alone: see below.
  if (name !== 'tencent') {
    test('one of a message whose send was never answered resolves it, before or after', async () => {
      standIn.behave('reset');
      const mobile = app.newMobile();
      const { reason, smsId } = await app.send(mobile);
      expect(reason).toBe('SMS_UNCONFIRMED');
      expect(lastId(standIn)).toBe(smsId);
      await push({ smsId: String(smsId), messageId: 'm', mobile, delivered: true, code: codes.delivered });
      expect(events.at(-1)).toEqual({ type: 'unconfirmed-resolved', smsId, provider: name, outcome: 'delivered' });
    });
  }

  test.each([
    ['of somebody else', () => 'd41d8cd98f00b204e9800998ecf8427e'],
    ['of another shop', () => new SmsIds('another secret', Date.now).next()],
    ['of yesterday', () => new SmsIds(HASH_SECRET, () => Date.now() - 24 * HOUR_MS).next()],
    ['that is none', () => '__proto__'],
  ])('a message %s is answered, and nothing else', async (_, id) => {
    const told: Told = {
      smsId: id(),
      messageId: `x${id()}`,
      mobile: '13912345678',
      delivered: true,
      code: codes.delivered,
    };
    expect(await push(told)).toMatchObject({ status: 200, text: provider.expected.text });
    expect(reported()).toEqual([]);
  });

  test('what is not the provider’s is refused, and harms nothing', async () => {
    const headers = { 'content-type': 'application/json' };
    for (const body of [
      '',
      'x',
      'null',
      '7',
      '"[]"',
      '{"a":',
      '<Request><reqId>x',
      '\u0000',
      '[[[[',
      '{"Request":null}',
    ]) {
      expect(await post({ headers, body })).toMatchObject({ status: provider.refusal });
    }
    expect((await post({ headers, body: ' '.repeat(2 ** 20) })).status).toBe(413);
    expect(reported()).toEqual([]);
  });

  test('without the secret there is nothing, nor is there on the port of everybody', async () => {
    const told = await sent();
    const wrong = `/receipts/${SECRET.replace('b', 'c')}/${name}`;
    expect((await push(told, wrong)).status).toBe(404);
    expect((await post(provider.push(told, path), path, app.url)).status).toBe(404);
    expect(reported()).toEqual([]);
    expect((await push(told, `/receipts/${OLD_SECRET}/${name}`)).status).toBe(200);
    expect(reported()).toHaveLength(1);
  });
});

/** Our id of the message that the provider took last; Twilio gets it in an address. */
function lastId({ accepted, requests }: StandIn): string {
  const callback = new URLSearchParams(requests.at(-1)?.body).get('StatusCallback');
  return accepted.at(-1)?.id || (callback?.split('?smsId=')[1] ?? '');
}
