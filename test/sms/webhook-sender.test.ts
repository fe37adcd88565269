import { createServer, type Server } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { webhookSecrets } from '../../src/sms/webhook/webhook-secrets';
import { createWebhookSender } from '../../src/sms/webhook/webhook-sender';
import { describeSmsSender, newMessage, PATIENT_MS, portOf } from './contract';
import { startWebhookStandIn } from './stand-in/webhook-stand-in';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEXT_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const SETTINGS = { secrets: [SECRET], timeoutMs: PATIENT_MS };

describeSmsSender('webhook', {
  start: () => startWebhookStandIn({ secret: SECRET }),
  connect: async (url, timeoutMs) => createWebhookSender({ ...SETTINGS, timeoutMs, url }),
  connectWithWrongSecret: async (url, timeoutMs) =>
    createWebhookSender({ ...SETTINGS, timeoutMs, secrets: [NEXT_SECRET], url }),
  codes: {
    refused: ['refused'],
    throttled: ['throttled'],
    misconfigured: ['misconfigured'],
    unknown: ['unknown', 'accepted', 'no-such-outcome'],
  },
  expectRequest: ({ method, headers, body }, message) => {
    expect(method).toBe('POST');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': message.id });
    expect(JSON.parse(body)).toEqual({
      id: message.id,
      mobile: `+86${message.mobile}`,
      code: message.code,
      minutes: message.minutes,
      purpose: 'REGISTER',
      language: 'zh',
    });
    expect(new Webhook(SECRET).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
  },
});

describe('webhook sender', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** What becomes of a message that a receiver answers so. */
  async function outcomeOf(status: number, body: string) {
    server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return createWebhookSender({ ...SETTINGS, url: `http://127.0.0.1:${portOf(server)}/hook` }).send(newMessage());
  }

  test.each([
    { status: 204, body: '', expected: { class: 'accepted', providerCode: 'http-204' } },
    { status: 200, body: 'ok', expected: { class: 'accepted' } },
    { status: 202, body: '{"messageId":"m-1"}', expected: { class: 'accepted', messageId: 'm-1' } },
    { status: 200, body: '{"outcome":"accepted"}', expected: { class: 'accepted' } },
    { status: 200, body: '{"outcome":"refused"}', expected: { class: 'unknown', providerCode: 'unreadable' } },
    { status: 200, body: '\n <html>', expected: { class: 'unknown', providerCode: 'unreadable' } },
    { status: 400, body: '{"outcome":"refused"}', expected: { class: 'refused', fault: 'number' } },
    { status: 400, body: '', expected: { class: 'unknown', providerCode: 'http-400' } },
    { status: 499, body: '{"outcome":"refused"}', expected: { class: 'refused', fault: 'number' } },
    { status: 401, body: '{"error":"signature"}', expected: { class: 'unknown', providerCode: 'http-401' } },
    { status: 500, body: '{"outcome":"refused"}', expected: { class: 'unknown', providerCode: 'http-500' } },
  ])('a receiver that answers $status $body: $expected.class', async ({ status, body, expected }) => {
    expect(await outcomeOf(status, body)).toMatchObject(expected);
  });

  test.each([SECRET, NEXT_SECRET])(
    'while a secret is changed, a receiver that knows only %s is content',
    async (known) => {
      const standIn = await startWebhookStandIn({ secret: known });
      const sender = createWebhookSender({ ...SETTINGS, secrets: [SECRET, NEXT_SECRET], url: standIn.url });
      expect(await sender.send(newMessage())).toMatchObject({ class: 'accepted' });
      await standIn.close();
    },
  );

  test('signs with the time of its clock', async () => {
    const standIn = await startWebhookStandIn({ secret: SECRET });
    const clock = () => Date.UTC(2026, 0, 1) + 999;
    await createWebhookSender({ ...SETTINGS, url: standIn.url }, { clock }).send(newMessage());
    await standIn.close();
    expect(standIn.requests[0]?.headers['webhook-timestamp']).toBe(String(Date.UTC(2026, 0, 1) / 1000));
    expect(standIn.accepted).toEqual([]);
  });

  test.each(['', 'secret', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_!!!!', `${SECRET},short`, `whsec_${'A'.repeat(88)}`])(
    'the secret %j is turned down and not repeated',
    (text) => {
      expect(() => webhookSecrets(text)).toThrow(/^must be whsec_/);
    },
  );

  test('two secrets are two', () => {
    expect(webhookSecrets(`${SECRET}, ${NEXT_SECRET}`)).toEqual([SECRET, NEXT_SECRET]);
  });
});
