import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { LimitRules } from '../../src/limits/rules';
import type { SmsMessage, SmsOutcome } from '../../src/sms/sender';
import { type Store, StoreUnavailableError } from '../../src/store/store';
import { CaptchaService } from '../../src/verification/captcha-service';
import { randomCode } from '../../src/verification/random-code';
import { SmsCodeService } from '../../src/verification/sms-code-service';
import { StoreFailures } from '../../src/verification/store-failures';
import type { Fault, Provider, Scenario } from './actions';

/** A store, empty, whose time the test moves. */
export interface StoreUnderTest {
  store: Store;
  advance(ms: number): Promise<void>;
  /** What another service reads under `sms:{mobile}`; absent where none can. */
  readCode?(mobile: string): Promise<string | null>;
}

export interface SentMessage {
  mobile: string;
  code: string;
  provider: Provider;
  /** ms since the start of the scenario. */
  at: number;
}

/** The real services on a real store, with a provider that does what it is told and keeps what it was given. */
export class TestEnvironment {
  now = 0;
  readonly sent: SentMessage[] = [];
  readonly captchas: CaptchaService;
  readonly codes: SmsCodeService;
  /** The code of each request that the store made, whether or not it could say so. */
  readonly codeOf = new Map<string, string>();
  provider: Provider = 'accepted';
  latencyMs = 0;
  fault: Fault | undefined;

  constructor(
    scenario: Scenario,
    private readonly stored: StoreUnderTest,
  ) {
    const log = pino({ level: 'silent' });
    const rules = new LimitRules(scenario.limits, scenario.captchaTtl * 1000);
    const store = this.faulty(stored.store);
    const observe = () => undefined;
    const storeFailures = new StoreFailures(log, () => this.now);
    this.captchas = new CaptchaService(
      { ttlMs: scenario.captchaTtl * 1000, level: 'auto' },
      {
        store,
        rules,
        storeFailures,
        observe,
        drawing: {
          draw: (text) => Buffer.from(text),
        },
        speech: { speak: (digits) => Buffer.from(digits) },
      },
    );
    this.codes = new SmsCodeService(
      { codeTtlMs: scenario.codeTtl * 1000, foreignCodes: scenario.foreignCodes },
      {
        store,
        rules,
        sender: { name: 'recorder', send: (message) => this.send(message) },
        log,
        storeFailures,
        observe,
        stopwatch: () => this.now,
        codeFor: randomCode,
        newSmsId: () => randomUUID().replaceAll('-', ''),
        receipts: { sent: async () => undefined },
        personOf: (mobile) => `person-${mobile}`,
      },
    );
  }

  /** What other services read of each of these mobiles; undefined where there are none. */
  async standing(mobiles: readonly string[]): Promise<(string | null)[] | undefined> {
    const { readCode } = this.stored;
    return readCode && Promise.all(mobiles.map((mobile) => readCode(mobile)));
  }

  async pass(ms: number): Promise<void> {
    this.now += ms;
    await this.stored.advance(ms);
  }

  private async send({ mobile, code }: SmsMessage): Promise<SmsOutcome> {
    this.sent.push({ mobile, code, provider: this.provider, at: this.now });
    const { provider } = this;
    if (this.latencyMs > 0) await this.pass(this.latencyMs);
    if (provider === 'throws') throw new Error('a broken sender');
    return { class: provider, provider: 'recorder', providerCode: provider };
  }

  /** The store, failing where `fault` says. */
  private faulty(store: Store): Store {
    const step = async <T>(method: Fault['method'], inner: () => Promise<T>): Promise<T> => {
      const when = this.fault?.method === method ? this.fault.when : undefined;
      if (when === 'before') throw new StoreUnavailableError('gone');
      const answer = await inner();
      if (when === 'after') throw new StoreUnavailableError('no answer');
      return answer;
    };
    return {
      ...untouched(store),
      issueCaptcha: (issue) => step('issueCaptcha', () => store.issueCaptcha(issue)),
      reserveSend: (reservation) =>
        step('reserveSend', async () => {
          const reserved = await store.reserveSend(reservation);
          if (reserved.status === 'ok') this.codeOf.set(reservation.captcha.uuid, reservation.code);
          return reserved;
        }),
      refundSend: (refund) => step('refundSend', () => store.refundSend(refund)),
      checkCode: (check) => step('checkCode', () => store.checkCode(check)),
    };
  }
}

/** What no fault is injected into. */
function untouched(store: Store): Omit<Store, 'issueCaptcha' | 'reserveSend' | 'refundSend' | 'checkCode'> {
  return {
    peekCaptcha: (uuid) => store.peekCaptcha(uuid),
    noteMessage: (...args) => store.noteMessage(...args),
    readMessage: (smsId) => store.readMessage(smsId),
    startInbound: (start) => store.startInbound(start),
    confirmInbound: (arrival) => store.confirmInbound(arrival),
    inboundStatus: (question) => store.inboundStatus(question),
    linkMessage: (...args) => store.linkMessage(...args),
    linkedMessage: (reference) => store.linkedMessage(reference),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
