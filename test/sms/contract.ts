import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { SmsMessage, SmsOutcomeClass, SmsSender } from '../../src/sms/sender';
import type { StandIn, StandInMode, StandInRequest } from './stand-in/stand-in';

/** The sender's limit in every test of the suite, and what its answer may take on top. */
export const CONTRACT_TIMEOUT_MS = 500;
const SLACK_MS = 500;

export interface SmsSenderSubject {
  /** A running double of the provider. */
  start(): Promise<StandIn>;
  /** A sender of that provider that speaks to `url` and waits for CONTRACT_TIMEOUT_MS. */
  connect(url: string): Promise<SmsSender>;
  /** The same with a credential that the provider does not know. */
  connectWithWrongSecret(url: string): Promise<SmsSender>;
  /** The provider's own codes and what each must lead to, as its documentation says. */
  codes: Record<Exclude<SmsOutcomeClass, 'accepted'>, readonly string[]>;
  /** What the provider's request for this message must carry, beyond what the double checks of each request. */
  expectRequest(request: StandInRequest, message: SmsMessage): void;
}

/** What every SMS sender promises, whatever its provider. */
export function describeSmsSender(name: string, subject: SmsSenderSubject): void {
  describe(`SMS sender ${name}`, () => {
    let standIn: StandIn;
    let sender: SmsSender;
    beforeEach(async () => {
      standIn = await subject.start();
      sender = await subject.connect(standIn.url);
    });
    afterEach(() => standIn.close());

    test('bears the name by which SMS_PROVIDERS lists it', () => {
      expect(sender.name).toBe(name);
    });

    test('hands over one message and reports the id that the provider gave it', async () => {
      const message = newMessage();
      const outcome = await sender.send(message);
      expect(outcome).toMatchObject({ class: 'accepted', provider: name, messageId: expect.stringMatching(/^\S+$/) });
      expect(standIn.accepted).toEqual([{ mobile: message.mobile, code: message.code, id: message.id }]);
    });

    test('sends the fields of the provider, well signed', async () => {
      const message = newMessage();
      await sender.send(message);
      const [request] = standIn.requests;
      if (!request) throw new Error('no request arrived');
      expect(request.complaint).toBeUndefined();
      subject.expectRequest(request, message);
    });

    test('keeps concurrent messages apart', async () => {
      const messages = Array.from({ length: 25 }, newMessage);
      standIn.behave('accept', { latencyMs: 20 });
      const outcomes = await Promise.all(messages.map((message) => sender.send(message)));
      expect(outcomes.every((outcome) => outcome.class === 'accepted')).toBe(true);
      expect(new Set(outcomes.map((outcome) => outcome.messageId)).size).toBe(25);
      const byId = new Map(standIn.accepted.map((message) => [message.id, message]));
      for (const { id, mobile, code } of messages) expect(byId.get(id)).toEqual({ id, mobile, code });
    });

    for (const outcomeClass of ['refused', 'throttled', 'misconfigured', 'unknown'] as const) {
      test.each(subject.codes[outcomeClass])(`code %s: ${outcomeClass}`, async (code) => {
        standIn.behave({ code });
        const outcome = await sender.send(newMessage());
        expect(outcome).toMatchObject({ class: outcomeClass, provider: name, providerCode: code });
        expect(outcome.fault).toBe(outcomeClass === 'refused' ? 'number' : undefined);
        expect(standIn.requests).toHaveLength(1);
      });
    }

    test('a wrong credential: misconfigured', async () => {
      const stranger = await subject.connectWithWrongSecret(standIn.url);
      expect(await stranger.send(newMessage())).toMatchObject({ class: 'misconfigured', provider: name });
      expect(standIn.accepted).toEqual([]);
    });

    test.each<StandInMode>(['hang-after-accept', 'hang-mid-answer'])(
      '%s: unknown within the time-out, and sent once only',
      async (mode) => {
        standIn.behave(mode);
        const started = performance.now();
        const outcome = await sender.send(newMessage());
        expect(performance.now() - started).toBeLessThan(CONTRACT_TIMEOUT_MS + SLACK_MS);
        expect(outcome).toMatchObject({ class: 'unknown', providerCode: 'timeout' });
        await expectNothingMore(standIn, 1);
      },
    );

    test('an answer later than the time-out: unknown', async () => {
      standIn.behave('accept', { latencyMs: CONTRACT_TIMEOUT_MS * 2 });
      expect(await sender.send(newMessage())).toMatchObject({ class: 'unknown', providerCode: 'timeout' });
    });

    test.each<StandInMode>(['reset', 'reset-mid-answer', 'http-500', 'garbage', 'huge', 'redirect', 'no-http'])(
      '%s after the message was taken: unknown, and sent once only',
      async (mode) => {
        // Two connections stand ready, so that whatever wants to go out a second time can do so at once.
        await Promise.all([sender.send(newMessage()), sender.send(newMessage())]);
        standIn.behave(mode);
        expect(await sender.send(newMessage())).toMatchObject({ class: 'unknown', provider: name });
        await expectNothingMore(standIn, 3);
      },
    );

    test('works again after a connection was cut', async () => {
      standIn.behave('reset');
      await sender.send(newMessage());
      standIn.behave('accept');
      expect(await sender.send(newMessage())).toMatchObject({ class: 'accepted' });
    });

    test('nobody listens: refused, by fault of the provider', async () => {
      await standIn.close();
      expect(await sender.send(newMessage())).toMatchObject({ class: 'refused', fault: 'provider' });
    });

    test('a TLS handshake that fails: refused, because no byte of the message was written', async () => {
      const secure = await subject.connect(standIn.url.replace('http:', 'https:'));
      expect(await secure.send(newMessage())).toMatchObject({ class: 'refused', fault: 'provider' });
      expect(standIn.requests).toEqual([]);
    });

    test('a TLS handshake that never ends: refused within the time-out', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => sockets.push(socket));
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      try {
        const secure = await subject.connect(`https://127.0.0.1:${portOf(silent)}`);
        const started = performance.now();
        const outcome = await secure.send(newMessage());
        expect(performance.now() - started).toBeLessThan(CONTRACT_TIMEOUT_MS + SLACK_MS);
        expect(outcome).toMatchObject({ class: 'refused', providerCode: 'connect-timeout', fault: 'provider' });
      } finally {
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    });

    test('no outcome tells a code, a mobile or a credential', async () => {
      const message = newMessage();
      for (const mode of [
        'accept',
        'refuse',
        'misconfigured',
        'system-error',
        'garbage',
        'http-500',
        'reset',
      ] as const) {
        standIn.behave(mode);
        const told = JSON.stringify(await sender.send(message));
        expect(told).not.toContain(message.code);
        expect(told).not.toContain(message.mobile);
        expect(told).not.toMatch(/secret/i);
      }
    });
  });
}

/** A message of its own for each call, so that mixed-up ones show. */
export function newMessage(): SmsMessage {
  const digits = String(randomBytes(4).readUInt32BE()).padStart(10, '0');
  return {
    id: randomBytes(16).toString('hex'),
    mobile: `13${digits.slice(-9)}`,
    code: digits.slice(0, 6),
    minutes: 5,
    purpose: 'REGISTER',
    language: 'zh',
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

/** Waits long enough for a retry to show, then counts what arrived. */
async function expectNothingMore(standIn: StandIn, arrived: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(standIn.requests).toHaveLength(arrived);
}
