import { createSecretKey } from 'node:crypto';
import { decodeJwt } from 'jose';
import { pino } from 'pino';
import { LimitRules } from '../../src/limits/rules';
import { MAINLAND_NUMBERING } from '../../src/sms/numbering';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { StoreUnavailableError } from '../../src/store/store';
import { createTicketSigner, type TicketSigner } from '../../src/tickets/ticket-signer';
import type { DomainEvent } from '../../src/verification/events';
import { InboundService } from '../../src/verification/inbound-service';
import { Reason } from '../../src/verification/reasons';
import { StoreFailures } from '../../src/verification/store-failures';
import type { LogLine } from '../harness/server-process';
import { DEFAULT_LIMITS } from '../limits/default-limits';
import { captcha, reservation } from '../store/requests';

const MOBILE = '13800138000';
const REQUEST = { mobile: MOBILE, imageCode: 'HAPPY', uuid: 'a-request', purpose: 'REGISTER' } as const;
const { imageCode: _, ...request } = REQUEST;
const CALLER = { client: { id: 'c', network: 'n', parent: 'p' }, language: 'zh' } as const;

/** The service over a store in this process, and all that it tells. */
function open(store = new MemoryStore(), limits = DEFAULT_LIMITS, tickets?: TicketSigner) {
  const lines: LogLine[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const events: DomainEvent[] = [];
  const service = new InboundService(
    { numbers: new Map([['', '1069012345678']]), always: true, countries: ['CN'] },
    {
      store,
      rules: new LimitRules(limits, 300_000),
      numbering: MAINLAND_NUMBERING,
      tickets,
      log,
      storeFailures: new StoreFailures(log, () => 0),
      observe: (event) => void events.push(event),
      personOf: (mobile) => `person-of-${mobile.length}`,
      parsers: {
        // Whose pushes are the text that the mobile sent.
        double: {
          parse: ({ body }) => ({
            messages: [{ from: MOBILE, text: body }],
            answer: { status: 200, contentType: 'text/plain', body: '' },
          }),
        },
      },
    },
  );
  return { service, lines, events };
}

/** The push that passes on the text which was asked for. */
const pushOf = (offered?: { text: string }) => ({
  ...{ headers: {}, target: '/', query: new URLSearchParams(), body: String(offered?.text) },
});

describe('A verification by message', () => {
  test('given a send that was refused, when a text is offered, then its captcha is not told a second time', async () => {
    const { service, events } = open();
    const offered = await service.offerAfter(Reason.SMS_REJECTED, REQUEST, CALLER);
    expect(offered).toMatchObject({ number: '1069012345678', expiresIn: 600 });
    expect(events).toEqual([{ type: 'inbound', result: 'started', request }]);
  });

  test('given a captcha of its own, when that is solved, then that is told as well', async () => {
    const store = new MemoryStore();
    await store.issueCaptcha({ uuid: REQUEST.uuid, text: 'HAPPY', ttlMs: 300_000, limits: [] });
    const { service, events } = open(store);
    expect((await service.start(REQUEST, CALLER)).reason).toBe(Reason.OK);
    expect(events).toEqual([
      { type: 'captcha-answered', reason: Reason.OK, request },
      { type: 'inbound', result: 'started', request },
    ]);
  });

  test('given a uuid that is longer than any, when something is asked for, then the store is not', async () => {
    const store = new MemoryStore();
    const calls = [jest.spyOn(store, 'startInbound'), jest.spyOn(store, 'inboundStatus')];
    const asked = () => calls.map(({ mock }) => mock.calls.length);
    const { service } = open(store);
    const uuid = 'u'.repeat(129);
    expect(await service.start({ ...REQUEST, uuid }, CALLER)).toEqual({ reason: Reason.CAPTCHA_EXPIRED });
    expect(await service.status({ ...request, uuid })).toEqual({ reason: Reason.SMS_CODE_EXPIRED, state: 'EXPIRED' });
    expect(asked()).toEqual([0, 0]);
    await service.start({ ...REQUEST, uuid: uuid.slice(1) }, CALLER);
    await service.status({ ...request, uuid: uuid.slice(1) });
    expect(asked()).toEqual([1, 1]);
  });

  test('given a server with a policy and one without, when the message comes to the latter, then whoever asked is credited', async () => {
    const store = new MemoryStore();
    const offered = await open(store).service.offerAfter(Reason.SMS_REJECTED, REQUEST, CALLER);
    const { service } = open(store, { ...DEFAULT_LIMITS, abusePolicy: 'off' });
    await service.handlers.double?.(pushOf(offered));

    const { id, network, parent } = CALLER.client;
    const allowance = new LimitRules(DEFAULT_LIMITS, 300_000).allowance({ id, network, parent }, 'another person');
    await store.issueCaptcha(captcha());
    const reserved = await store.reserveSend(reservation({ mobile: '13900139000', allowance }));
    // Its network has credit of its own.
    expect(reserved).toMatchObject({ status: 'ok', charge: 'own' });
  });

  test('given a message that came, when whoever asked looks whenever it may, then it is one ticket, good for ten minutes from the message on', async () => {
    const at = Date.parse('2026-01-31T08:00:00Z');
    let now = at;
    const clock = () => now;
    const key = createSecretKey(Buffer.alloc(32, 1));
    const settings = { algorithm: 'HS256', key, otherPublicKeys: [], audience: 'shop', issuer: 'sms' } as const;
    const { service } = open(new MemoryStore(clock), DEFAULT_LIMITS, await createTicketSigner(settings, clock));
    await service.handlers.double?.(pushOf(await service.offerAfter(Reason.SMS_REJECTED, REQUEST, CALLER)));
    const ticket = async () => decodeJwt(String((await service.status(request)).ticket));
    const first = await ticket();
    expect(first).toMatchObject({ iat: at / 1000, exp: at / 1000 + 600 });
    now += 300_000;
    expect(await ticket()).toEqual(first);
  });
});

describe('A verification by message whose store is gone', () => {
  const gone = () => Promise.reject(new StoreUnavailableError('gone'));
  const failing = () => open(Object.assign(new MemoryStore(), { startInbound: gone, inboundStatus: gone }));

  test.each([
    ['startInboundVerification', (service: InboundService) => service.start(REQUEST, CALLER)],
    ['inboundStatus', (service: InboundService) => service.status(REQUEST)],
  ])(
    'given %s, then it is an error in the log that masks the mobile, and is told as a failure of the store',
    async (operation, call) => {
      const { service, lines, events } = failing();
      expect(await call(service)).toEqual({ reason: Reason.SERVICE_UNAVAILABLE });
      expect(lines).toMatchObject([{ level: 50, operation, error: 'gone', mobile: expect.stringContaining('*') }]);
      expect(JSON.stringify(lines)).not.toContain(MOBILE);
      expect(events).toEqual([{ type: 'store-failed', operation, request }]);
    },
  );

  test('given a send that has its answer, when it fails only then, then that is a warning and nothing is offered', async () => {
    const { service, lines, events } = failing();
    expect(await service.offerAfter(Reason.SMS_REJECTED, REQUEST, CALLER)).toBeUndefined();
    expect(lines).toMatchObject([{ level: 40, error: 'gone' }]);
    expect(events).toEqual([]);
  });
});
