import { randomBytes, randomInt } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { createFailoverSender } from '../../src/sms/failover-sender';
import type { SmsMessage, SmsOutcomeClass, SmsSender } from '../../src/sms/sender';
import { waitUntil } from '../harness/wait-until';
import type { StandIn, StandInMode, StandInRequest } from './stand-in/stand-in';

/** The limit of a sender that waits for an answer which comes: no load of the machine makes it late. */
export const PATIENT_MS = 10_000;
/** The limit of a sender that waits in vain, and what its outcome may take on top: far less than for ever, however busy the machine is. */
const HASTY_MS = 500;
const SLACK_MS = 10_000;

export interface SmsSenderSubject {
  /** A running double of the provider. */
  start(): Promise<StandIn>;
  /** A sender of that provider that speaks to `url`. */
  connect(url: string, timeoutMs: number): Promise<SmsSender>;
  /** The same with a credential that the provider does not know. */
  connectWithWrongSecret(url: string, timeoutMs: number): Promise<SmsSender>;
  /** The provider's own codes and what each must lead to, as its documentation says. */
  codes: Record<Exclude<SmsOutcomeClass, 'accepted'>, readonly string[]>;
  /** Those of `codes.misconfigured` that may be about this number or this purpose alone. */
  ofSome?: readonly string[];
  /** Bodies in which the provider says nothing of a message; absent where whoever says nothing has taken it. */
  wordless?: readonly string[];
  /** The provider's API has no place for the id of the sender's choice. */
  withoutId?: true;
  /** What the provider's request for this message must carry, beyond what the double checks of each request. */
  expectRequest(request: StandInRequest, message: SmsMessage): void;
}

// Above the patience of a sender, so that it is the sender that gives up.
jest.setTimeout(30_000);

/** What every SMS sender promises, whatever its provider. */
export function describeSmsSender(name: string, subject: SmsSenderSubject): void {
  describe(`SMS sender ${name}`, () => {
    let standIn: StandIn;
    let sender: SmsSender;
    /** Speaks to a sender that is left alone after its first message: the last test looks what became of the connection. */
    let idle: StandIn;
    beforeAll(async () => {
      idle = await subject.start();
      await (await subject.connect(idle.url, PATIENT_MS)).send(newMessage());
      expect(idle.connections()).toBe(1);
    });
    afterAll(() => idle.close());
    beforeEach(async () => {
      standIn = await subject.start();
      sender = await subject.connect(standIn.url, PATIENT_MS);
    });
    afterEach(() => standIn.close());

    test('bears the name by which SMS_PROVIDERS lists it', () => {
      expect(sender.name).toBe(name);
    });

    test('hands over one message and reports the id that the provider gave it', async () => {
      const message = newMessage();
      const outcome = await sender.send(message);
      expect(outcome).toMatchObject({ class: 'accepted', provider: name, messageId: expect.stringMatching(/^\S+$/) });
      expect(standIn.accepted).toEqual([
        { mobile: message.mobile, code: message.code, id: subject.withoutId ? '' : message.id },
      ]);
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
      const taken = standIn.accepted.map(({ id, mobile, code }) => `${id} ${mobile} ${code}`);
      const sent = messages.map(({ id, mobile, code }) => `${subject.withoutId ? '' : id} ${mobile} ${code}`);
      expect(taken.sort()).toEqual(sent.sort());
    });

    for (const outcomeClass of ['refused', 'throttled', 'misconfigured', 'unknown'] as const) {
      test.each(subject.codes[outcomeClass])(`code %s: ${outcomeClass}`, async (code) => {
        standIn.behave({ code });
        const outcome = await sender.send(newMessage());
        expect(outcome).toMatchObject({ class: outcomeClass, provider: name, providerCode: code });
        const ofSome = outcomeClass === 'misconfigured' && subject.ofSome?.includes(code);
        expect(outcome.fault).toBe(ofSome ? 'message' : outcomeClass === 'refused' ? 'number' : undefined);
        expect(standIn.requests).toHaveLength(1);
      });
    }

    test('a wrong credential: misconfigured', async () => {
      const stranger = await subject.connectWithWrongSecret(standIn.url, PATIENT_MS);
      expect(await stranger.send(newMessage())).toMatchObject({ class: 'misconfigured', provider: name });
      expect(standIn.accepted).toEqual([]);
    });

    test.each<StandInMode>(['hang-after-accept', 'hang-mid-answer'])(
      '%s: unknown within the time-out, and sent once only',
      async (mode) => {
        const hasty = await subject.connect(standIn.url, HASTY_MS);
        standIn.behave(mode);
        const started = performance.now();
        const outcome = await hasty.send(newMessage());
        expect(performance.now() - started).toBeLessThan(HASTY_MS + SLACK_MS);
        expect(outcome).toMatchObject({ class: 'unknown', providerCode: 'timeout', fault: 'provider' });
        await waitUntil('the connection is cut', () => standIn.connections() === 0, SLACK_MS);
        await expectNothingMore(standIn, 1);
      },
    );

    test('an answer later than the time-out: unknown', async () => {
      const hasty = await subject.connect(standIn.url, HASTY_MS);
      standIn.behave('accept', { latencyMs: HASTY_MS * 2 });
      expect(await hasty.send(newMessage())).toMatchObject({ class: 'unknown', providerCode: 'timeout' });
    });

    test.each<StandInMode>([
      ...(['reset', 'reset-mid-answer', 'end-mid-answer', 'http-500'] as const),
      ...(['garbage', 'huge', 'huge-chunked', 'redirect', 'no-http'] as const),
    ])(
      '%s after the message was taken: unknown at once, by fault of the provider, and sent once only',
      async (mode) => {
        // Two connections stand ready, so that whatever wants to go out a second time can do so at once.
        await Promise.all([sender.send(newMessage()), sender.send(newMessage())]);
        standIn.behave(mode);
        const started = performance.now();
        expect(await sender.send(newMessage())).toMatchObject({ class: 'unknown', provider: name, fault: 'provider' });
        expect(performance.now() - started).toBeLessThan(PATIENT_MS / 2);
        await expectNothingMore(standIn, 3);
      },
    );

    test.each([300, 302, 304, 500, 502, 503])(
      'HTTP %i with a code that means refused: not believed, since the message may have been taken',
      async (status) => {
        const [code = ''] = subject.codes.refused;
        standIn.behave({ code, status });
        expect(await sender.send(newMessage())).toMatchObject({ class: 'unknown', fault: 'provider' });
        await expectNothingMore(standIn, 1);
      },
    );

    test.each([200, 400, 403])('HTTP %i with an empty code: no answer', async (status) => {
      standIn.behave({ code: '', status });
      expect(await sender.send(newMessage())).toMatchObject({ class: 'unknown', fault: 'provider' });
    });

    for (const body of subject.wordless ?? []) {
      test(`HTTP 200 with ${body}: unknown, since it is not said that the message was taken`, async () => {
        standIn.behave({ body });
        expect(await sender.send(newMessage())).toMatchObject({ class: 'unknown', provider: name, fault: 'provider' });
        expect(standIn.requests).toHaveLength(1);
      });
    }

    test('a proxy of the environment is not used', async () => {
      const proxy = await subject.start();
      const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
      const before = names.map((variable) => [variable, process.env[variable]] as const);
      for (const variable of names) process.env[variable] = proxy.url;
      try {
        const proxied = await subject.connect(standIn.url, PATIENT_MS);
        expect(await proxied.send(newMessage())).toMatchObject({ class: 'accepted' });
        expect(proxy.requests).toEqual([]);
      } finally {
        for (const [variable, value] of before) {
          if (value === undefined) delete process.env[variable];
          else process.env[variable] = value;
        }
        await proxy.close();
      }
    });

    test('works again after a connection was cut', async () => {
      standIn.behave('reset');
      await sender.send(newMessage());
      standIn.behave('accept');
      expect(await sender.send(newMessage())).toMatchObject({ class: 'accepted' });
    });

    test('nobody listens: refused, by fault of the provider', async () => {
      await standIn.close();
      expect(await sender.send(newMessage())).toMatchObject({
        class: 'refused',
        providerCode: 'ECONNREFUSED',
        fault: 'provider',
      });
    });

    test('a TLS handshake that fails: refused, because no byte of the message was written', async () => {
      const secure = await subject.connect(standIn.url.replace('http:', 'https:'), PATIENT_MS);
      expect(await secure.send(newMessage())).toMatchObject({ class: 'refused', fault: 'provider' });
      expect(standIn.requests).toEqual([]);
    });

    test('a TLS handshake that never ends: refused within the time-out', async () => {
      const sockets: Socket[] = [];
      const silent = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => undefined);
        socket.resume();
      });
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      try {
        const secure = await subject.connect(`https://127.0.0.1:${portOf(silent)}`, HASTY_MS);
        const started = performance.now();
        const outcome = await secure.send(newMessage());
        expect(performance.now() - started).toBeLessThan(HASTY_MS + SLACK_MS);
        expect(outcome).toMatchObject({ class: 'refused', providerCode: 'connect-timeout', fault: 'provider' });
        // Were it left open, the message could still go out after the next provider has sent it.
        await waitUntil('it is cut', () => sockets.length > 0 && sockets.every((socket) => socket.destroyed), SLACK_MS);
      } finally {
        for (const socket of sockets) socket.destroy();
        silent.close();
      }
    });

    test.each([
      ['the mobile', ({ mobile }: SmsMessage) => mobile],
      ['the mobile with its country', ({ mobile }: SmsMessage) => `+86${mobile}`],
      ['the mobile in groups', ({ mobile }: SmsMessage) => mobile.replace(/^(...)(....)/, '$1-$2-')],
      ['the mobile in the middle', ({ mobile }: SmsMessage) => `no.${mobile}:x`],
      ['the code', ({ code }: SmsMessage) => code],
      ['the code in the middle', ({ code }: SmsMessage) => `SMS_${code}_1`],
      ['a text without end', () => 'x'.repeat(5000)],
      ['a text of other characters', () => 'line\nbreak "quoted" 中'],
    ])('a status or a message id that is %s: nothing of it is told', async (_, text) => {
      const attempts: unknown[] = [];
      const told = createFailoverSender([sender], { onAttempt: (attempt) => attempts.push(attempt.outcome) });
      const message = newMessage();
      const secret = text(message);
      standIn.behave({ code: secret });
      const failed = await told.send(message);
      standIn.behave({ messageId: secret });
      const accepted = await told.send({ ...message, id: newMessage().id });

      expect(failed.class).toBe('unknown');
      expect(accepted.class).toBe('accepted');
      expect(accepted.messageId).toBeUndefined();
      const all = JSON.stringify([failed, accepted, attempts]);
      for (const part of [message.mobile, message.code, secret.slice(0, 200)]) expect(all).not.toContain(part);
      expect(all.replaceAll(/\W/g, '')).not.toContain(message.mobile);
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

    test('an idle connection, such as the one since before the first test, is closed', async () => {
      await waitUntil('it is closed', () => idle.connections() === 0, 25_000);
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
    minutes: randomInt(1, 11),
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
