import fc from 'fast-check';
import { createFailoverSender, type SmsAttempt } from '../../src/sms/failover-sender';
import type { SmsMessage, SmsOutcome, SmsSender } from '../../src/sms/sender';
import { newMessage } from './contract';

/** What a provider may do with one message; the second word tells whether a person gets it. */
const BEHAVIOURS = {
  accepted: { taken: true, class: 'accepted' },
  'bad number': { taken: false, class: 'refused', fault: 'number' },
  unreachable: { taken: false, class: 'refused', fault: 'provider' },
  misconfigured: { taken: false, class: 'misconfigured' },
  'misconfigured for some': { taken: false, class: 'misconfigured', fault: 'message' },
  throttled: { taken: false, class: 'throttled' },
  'silent, taken': { taken: true, class: 'unknown', fault: 'provider' },
  'silent, not taken': { taken: false, class: 'unknown', fault: 'provider' },
  'unlisted code, taken': { taken: true, class: 'unknown' },
  'unlisted code, not taken': { taken: false, class: 'unknown' },
  'throws, taken': { taken: true, throws: true },
} as const satisfies Record<string, { taken: boolean; throws?: true } & Partial<SmsOutcome>>;
type Behaviour = keyof typeof BEHAVIOURS;

/** A provider that plays its behaviours one after the other, the last one for ever, and notes what it took. */
function playedProvider(name: string, behaviours: readonly Behaviour[]) {
  const asked: string[] = [];
  const taken: string[] = [];
  const sender: SmsSender = {
    name,
    send: async ({ id }) => {
      const behaviour = behaviours[Math.min(asked.length, behaviours.length - 1)] ?? 'accepted';
      const { taken: takes, ...outcome } = BEHAVIOURS[behaviour];
      asked.push(id);
      if (takes) taken.push(id);
      if (!('class' in outcome)) throw new Error('broken sender');
      return { provider: name, providerCode: behaviour, ...outcome };
    },
  };
  return { sender, asked, taken };
}

async function sendMany(sender: SmsSender, count: number): Promise<SmsOutcome[]> {
  const outcomes: SmsOutcome[] = [];
  for (let i = 0; i < count; i += 1) outcomes.push(await sender.send(newMessage()));
  return outcomes;
}

describe('failover', () => {
  test.each<[Behaviour, 'tried' | 'left alone', SmsOutcome['class']]>([
    ['bad number', 'tried', 'accepted'],
    ['unreachable', 'tried', 'accepted'],
    ['misconfigured', 'tried', 'accepted'],
    ['misconfigured for some', 'tried', 'accepted'],
    ['accepted', 'left alone', 'accepted'],
    ['throttled', 'left alone', 'throttled'],
    ['silent, taken', 'left alone', 'unknown'],
    ['silent, not taken', 'left alone', 'unknown'],
    ['throws, taken', 'left alone', 'unknown'],
  ])('first provider %s: the second is %s', async (behaviour, second, expected) => {
    const first = playedProvider('first', [behaviour]);
    const next = playedProvider('second', ['accepted']);
    const outcome = await createFailoverSender([first.sender, next.sender]).send(newMessage());
    expect(outcome.class).toBe(expected);
    expect(next.asked).toHaveLength(second === 'tried' ? 1 : 0);
  });

  test('all refuse: the last refusal is the outcome', async () => {
    const senders = ['first', 'second'].map((name) => playedProvider(name, ['bad number']).sender);
    expect(await createFailoverSender(senders).send(newMessage())).toMatchObject({
      class: 'refused',
      provider: 'second',
    });
  });

  test('every attempt is told, in order, under the id of the send', async () => {
    const attempts: SmsAttempt[] = [];
    const senders = [playedProvider('first', ['misconfigured']).sender, playedProvider('second', ['accepted']).sender];
    const message = newMessage();
    await createFailoverSender(senders, { onAttempt: (attempt) => attempts.push(attempt) }).send(message);
    expect(attempts).toMatchObject([
      { id: message.id, outcome: { class: 'misconfigured', provider: 'first' } },
      { id: message.id, outcome: { class: 'accepted', provider: 'second' } },
    ]);
    expect(attempts.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  test('an observer that throws changes nothing', async () => {
    const { sender, taken } = playedProvider('first', ['accepted']);
    const onAttempt = () => {
      throw new Error('broken observer');
    };
    expect(await createFailoverSender([sender], { onAttempt }).send(newMessage())).toMatchObject({ class: 'accepted' });
    expect(taken).toHaveLength(1);
  });

  test('1,000 random failure sequences: never two messages for one send, and none behind a silent provider', async () => {
    const behaviour = fc.constantFrom(...(Object.keys(BEHAVIOURS) as Behaviour[]));
    const plays = fc.array(fc.array(behaviour, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 });
    // A circuit that opens for good, or is half-open at once.
    const halfOpenAfter = fc.constantFrom(1_000_000, 0);
    await fc.assert(
      fc.asyncProperty(
        plays,
        fc.integer({ min: 1, max: 12 }),
        fc.boolean(),
        halfOpenAfter,
        async (sequences, count, atOnce, halfOpenAfterMs) => {
          const providers = sequences.map((sequence, index) => playedProvider(`p${index}`, sequence));
          const trail = new Map<string, SmsOutcome['class'][]>();
          const sender = createFailoverSender(
            providers.map((provider) => provider.sender),
            {
              failures: 2,
              halfOpenAfterMs,
              onAttempt: ({ id, outcome }) => trail.set(id, [...(trail.get(id) ?? []), outcome.class]),
            },
          );
          const messages: SmsMessage[] = Array.from({ length: count }, newMessage);
          const outcomes: SmsOutcome[] = [];
          if (atOnce) outcomes.push(...(await Promise.all(messages.map((message) => sender.send(message)))));
          else for (const message of messages) outcomes.push(await sender.send(message));

          messages.forEach(({ id }, index) => {
            const received = providers.flatMap((provider) => provider.taken).filter((taken) => taken === id).length;
            const told = outcomes[index]?.class;
            if (told === 'accepted') expect(received).toBe(1);
            else if (told === 'unknown') expect(received).toBeLessThanOrEqual(1);
            else expect(received).toBe(0);
            for (const early of (trail.get(id) ?? []).slice(0, -1))
              expect(['refused', 'misconfigured']).toContain(early);
          });
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a provider that keeps failing', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => jest.useRealTimers());

  test.each<Behaviour>(['misconfigured', 'unreachable', 'silent, not taken', 'throws, taken'])(
    '%s: circuit open after five failures in a row, half-open after half a minute',
    async (behaviour) => {
      const changes: [string, 'open' | 'closed'][] = [];
      const first = playedProvider('first', [...Array<Behaviour>(6).fill(behaviour), 'accepted']);
      const second = playedProvider('second', ['accepted']);
      const sender = createFailoverSender([first.sender, second.sender], {
        onCircuit: (provider, state) => changes.push([provider, state]),
      });

      await sendMany(sender, 5);
      expect(changes).toEqual([['first', 'open']]);
      expect(await sendMany(sender, 3)).toMatchObject(Array(3).fill({ class: 'accepted', provider: 'second' }));
      expect(first.asked).toHaveLength(5);

      jest.advanceTimersByTime(29_999);
      await sendMany(sender, 3);
      expect(first.asked).toHaveLength(5);

      jest.advanceTimersByTime(1);
      await sendMany(sender, 3);
      expect(first.asked).toHaveLength(6);

      jest.advanceTimersByTime(30_000);
      expect(await sendMany(sender, 2)).toMatchObject(Array(2).fill({ class: 'accepted', provider: 'first' }));
      expect(changes).toEqual([
        ['first', 'open'],
        ['first', 'open'],
        ['first', 'closed'],
      ]);
    },
  );

  test.each<Behaviour>([
    ...(['bad number', 'misconfigured for some', 'throttled', 'accepted'] as const),
    ...(['unlisted code, taken', 'unlisted code, not taken'] as const),
  ])('%s, however often: serves on', async (behaviour) => {
    const first = playedProvider('first', [behaviour]);
    const sender = createFailoverSender([first.sender, playedProvider('second', ['bad number']).sender]);
    await sendMany(sender, 20);
    expect(first.asked).toHaveLength(20);
  });

  test.each([-1, 1])(
    'a clock that is set by %d days meanwhile: half-open after half a minute all the same',
    async (days) => {
      const first = playedProvider('first', [...Array<Behaviour>(5).fill('unreachable'), 'accepted']);
      const sender = createFailoverSender([first.sender, playedProvider('second', ['accepted']).sender]);
      await sendMany(sender, 5);
      jest.setSystemTime(Date.now() + days * 86_400_000);
      jest.advanceTimersByTime(29_999);
      expect(await sender.send(newMessage())).toMatchObject({ provider: 'second' });
      jest.advanceTimersByTime(1);
      expect(await sender.send(newMessage())).toMatchObject({ provider: 'first' });
    },
  );

  test('a success in between starts the count anew', async () => {
    const fourThenOne: Behaviour[] = [...Array<Behaviour>(4).fill('unreachable'), 'accepted'];
    const first = playedProvider('first', [...fourThenOne, ...fourThenOne, ...fourThenOne]);
    const sender = createFailoverSender([first.sender, playedProvider('second', ['accepted']).sender]);
    await sendMany(sender, 15);
    expect(first.asked).toHaveLength(15);
  });

  test('the last circuit open: what the one before it refused is the outcome', async () => {
    const first = playedProvider('first', ['bad number']);
    const second = playedProvider('second', ['misconfigured']);
    const sender = createFailoverSender([first.sender, second.sender]);
    await sendMany(sender, 5);
    expect(await sender.send(newMessage())).toMatchObject({ provider: 'first', fault: 'number' });
    expect(second.asked).toHaveLength(5);
  });

  test('all circuits open: refused without asking anybody', async () => {
    const providers = ['first', 'second'].map((name) => playedProvider(name, ['misconfigured']));
    const sender = createFailoverSender(providers.map((provider) => provider.sender));
    await sendMany(sender, 5);
    expect(await sender.send(newMessage())).toEqual({
      class: 'refused',
      provider: 'first,second',
      providerCode: 'circuit-open',
      fault: 'provider',
    });
    expect(providers.map(({ asked }) => asked.length)).toEqual([5, 5]);
  });

  test('one message tries it out, the others do not wait for the result', async () => {
    let answer: (outcome: SmsOutcome) => void = () => undefined;
    const asked: string[] = [];
    const first: SmsSender = {
      name: 'first',
      send: ({ id }) => {
        asked.push(id);
        const outcome: SmsOutcome = {
          class: 'refused',
          provider: 'first',
          providerCode: 'ECONNREFUSED',
          fault: 'provider',
        };
        return asked.length <= 5 ? Promise.resolve(outcome) : new Promise((resolve) => (answer = resolve));
      },
    };
    const sender = createFailoverSender([first, playedProvider('second', ['accepted']).sender]);
    await sendMany(sender, 5);
    jest.advanceTimersByTime(30_000);
    const trial = sender.send(newMessage());
    expect(await sendMany(sender, 3)).toMatchObject(Array(3).fill({ class: 'accepted', provider: 'second' }));
    answer({ class: 'accepted', provider: 'first', providerCode: 'OK' });
    expect(await trial).toMatchObject({ class: 'accepted', provider: 'first' });
    expect(asked).toHaveLength(6);
  });

  test('a lone provider has no circuit', async () => {
    const only = playedProvider('only', ['misconfigured']);
    expect(await sendMany(createFailoverSender([only.sender]), 20)).toMatchObject(
      Array(20).fill({ class: 'misconfigured' }),
    );
    expect(only.asked).toHaveLength(20);
  });
});
