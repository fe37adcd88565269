import fc from 'fast-check';
import type { LimitSettings } from '../../src/limits/rules';
import type { VerificationPurpose } from '../../src/sms/purpose';

export const MOBILES = ['13800138000', '13900139000', '17700177000'] as const;
export const CLIENTS = ['client-a', 'client-b'] as const;

export const PURPOSES = ['REGISTER', 'RESET_PASSWORD'] as const satisfies readonly VerificationPurpose[];

export type Provider = 'accepted' | 'refused' | 'throttled' | 'misconfigured' | 'unknown' | 'throws';

/** Where the store fails during an action: before the step has happened, or after it, so that only its answer is lost. */
export interface Fault {
  method: 'issueCaptcha' | 'reserveSend' | 'refundSend' | 'checkCode';
  when: 'before' | 'after';
}

export interface Issue {
  type: 'issue';
  client: string;
  /** So many calls at once. */
  times: number;
  fault?: Fault;
}

export interface Send {
  type: 'send';
  client: string;
  mobile: string;
  purpose: VerificationPurpose;
  /** How far back in the list of issued captchas; spent and expired ones among them. */
  captcha: number;
  answer: 'right' | 'padded' | 'wrong';
  provider: Provider;
  /** How long the provider takes, seconds. */
  latency: number;
  /** So many calls at once, each with a captcha of its own or all with the same. */
  times: number;
  sameCaptcha: boolean;
  fault?: Fault;
}

export interface Verify {
  type: 'verify';
  client: string;
  mobile: string;
  /** Which request is named: one of this mobile's own, so far back; the last of another mobile; one that never was; or none. */
  request: { of: 'mobile'; back: number } | { of: 'other' | 'stranger' | 'nobody' };
  /** Absent: the one that the code was asked for. */
  purpose?: VerificationPurpose;
  guess: 'right' | 'padded' | 'wrong' | 'another' | 'short' | 'empty' | 'full-width';
  times: number;
  fault?: Fault;
}

export interface Pass {
  type: 'pass';
  seconds: number;
}

export type Action = Issue | Send | Verify | Pass;

export interface Scenario {
  limits: LimitSettings;
  captchaTtl: number;
  codeTtl: number;
  foreignCodes: boolean;
  actions: Action[];
}

const client = fc.constantFrom(...CLIENTS);
const mobile = fc.constantFrom(...MOBILES);
const purpose = fc.constantFrom(...PURPOSES);
const when = fc.constantFrom('before' as const, 'after' as const);
const times = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 8 }) },
);

/** Mostly none; a fault strikes single calls only, since of several nobody knows which it strikes. */
function fault<M extends Fault['method']>(...methods: M[]): fc.Arbitrary<Fault | undefined> {
  const struck = fc.record({ method: fc.constantFrom(...methods), when });
  return fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: struck });
}

const single = <T extends Issue | Send | Verify>(action: T): T => (action.fault ? { ...action, times: 1 } : action);

const issue = fc
  .record({ type: fc.constant('issue' as const), client, times, fault: fault('issueCaptcha') })
  .map(single);

const send = fc
  .record({
    type: fc.constant('send' as const),
    client,
    mobile,
    purpose,
    captcha: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(4) }),
    answer: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('right' as const, 'padded' as const) },
      { weight: 1, arbitrary: fc.constant('wrong' as const) },
    ),
    provider: fc.oneof(
      { weight: 3, arbitrary: fc.constant('accepted' as const) },
      { weight: 4, arbitrary: fc.constantFrom<Provider>('refused', 'throttled', 'misconfigured', 'unknown', 'throws') },
    ),
    latency: fc.constantFrom(0, 0, 0, 3, 30),
    times,
    sameCaptcha: fc.boolean(),
    fault: fault('reserveSend', 'refundSend'),
  })
  .map(single)
  // At once, what is refunded to one of them may or may not be there for the next; so all are accepted, without delay.
  .map((action) => (action.times > 1 ? { ...action, provider: 'accepted' as const, latency: 0 } : action));

const verify = fc
  .record({
    type: fc.constant('verify' as const),
    client,
    mobile,
    request: fc.oneof(
      { weight: 6, arbitrary: fc.record({ of: fc.constant('mobile' as const), back: fc.constantFrom(0, 0, 0, 1, 2) }) },
      {
        weight: 1,
        arbitrary: fc.record({ of: fc.constantFrom('other' as const, 'stranger' as const, 'nobody' as const) }),
      },
    ),
    purpose: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: purpose }),
    guess: fc.constantFrom(
      'right',
      'right',
      'padded',
      'wrong',
      'wrong',
      'wrong',
      'another',
      'short',
      'empty',
      'full-width',
    ),
    times,
    fault: fault('checkCode'),
  })
  .map((action) => single(action as Verify));

const pass = fc.record({
  type: fc.constant('pass' as const),
  seconds: fc.constantFrom(1, 1, 4, 5, 9, 10, 19, 20, 21, 30, 59, 60, 300, 600, 1200, 3599, 3600, 3601, 40_000, 86_400),
});

const limits = fc.record({
  cooldownMs: fc.constantFrom(0, 10_000, 20_000, 60_000),
  perMobileHour: fc.constantFrom(0, 2, 3),
  perMobileDay: fc.constantFrom(0, 3, 5),
  perClientHour: fc.constantFrom(0, 3, 4),
  perNetworkHour: fc.constantFrom(0, 4, 6),
  captchasPerClientMinute: fc.constantFrom(0, 4, 8),
  captchasPerNetworkMinute: fc.constantFrom(0, 8, 12),
  dailyBudget: fc.constantFrom(0, 4, 7),
  maxAttempts: fc.constantFrom(0, 1, 2, 3),
  maxFailures: fc.constantFrom(0, 1, 3, 4),
  verificationsPerClientHour: fc.constantFrom(0, 3, 8),
  // Nothing that it reports changes an answer.
  abusePolicy: fc.constantFrom('off' as const, 'report' as const),
});

/** A captcha that is issued, solved at once: without such pairs few messages would ever be sent. */
const solved = fc
  .tuple(issue, send)
  .map(([first, second]): [Issue, Send] => [{ ...first, client: second.client }, second]);

/** Several messages to one mobile, and guesses among their requests, which live beside each other. */
const requested = fc
  .tuple(mobile, fc.array(solved, { minLength: 2, maxLength: 4 }), fc.array(verify, { minLength: 2, maxLength: 6 }))
  .map(([to, pairs, guesses]): Action[] => [
    ...pairs.flatMap(([first, second]): Action[] => [first, { ...second, mobile: to }, { type: 'pass', seconds: 20 }]),
    ...guesses.map((guess) => ({ ...guess, mobile: to })),
  ]);

/** A message, and guesses at its code: enough to use attempts up and to lock a mobile. */
const guessed = fc
  .tuple(solved, fc.array(verify, { minLength: 1, maxLength: 4 }))
  .map(([pair, guesses]): Action[] => [...pair, ...guesses.map((guess) => ({ ...guess, mobile: pair[1].mobile }))]);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  limits,
  captchaTtl: fc.constantFrom(20, 300),
  codeTtl: fc.constantFrom(60, 300),
  foreignCodes: fc.boolean(),
  actions: fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: solved },
        { weight: 3, arbitrary: guessed },
        { weight: 1, arbitrary: requested },
        { weight: 1, arbitrary: fc.tuple(issue) },
        { weight: 1, arbitrary: fc.tuple(send) },
        { weight: 2, arbitrary: fc.tuple(verify) },
        { weight: 3, arbitrary: fc.tuple(pass) },
      ),
      { minLength: 5, maxLength: 40 },
    )
    .map((groups): Action[] => groups.flat()),
});
