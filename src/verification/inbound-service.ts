import { randomUUID } from 'node:crypto';
import type { LimitRules } from '../limits/rules';
import { type Logger, maskedMobile } from '../log';
import type { InboundMessage, InboundParser } from '../sms/inbound';
import { type InboundSettings, inboundNumberFor } from '../sms/inbound-numbers';
import type { Numbering } from '../sms/numbering';
import { type PushHandler, pushHandlers } from '../sms/provider-push';
import type { VerificationPurpose } from '../sms/purpose';
import type { InboundStarted, InboundStatus } from '../store/inbound-requests';
import { type Store, StoreUnavailableError } from '../store/store';
import type { TicketSigner } from '../tickets/ticket-signer';
import type { Observer, RequestIdentity } from './events';
import { inboundText, randomInboundCode, readInboundText } from './inbound-text';
import { type Operation, Reason } from './reasons';
import { signTicket } from './sign-ticket';
import { type Caller, MAX_UUID_LENGTH, type SendRequest } from './sms-code-requests';
import type { StoreFailures } from './store-failures';

/** How long a text can be sent, and after that how long whoever asked can learn that it came: as long as a ticket is good. */
const LIFE_MS = 600_000;
/** How often a page that waits should ask, seconds. */
const POLL_SECONDS = 3;

/** Why no code came: a message of the person's own needs neither budget nor provider. All are told after the captcha was solved. */
const OFFERED_AFTER: ReadonlySet<Reason> = new Set([
  Reason.QUOTA_EXCEEDED,
  Reason.SMS_CODE_LOCKED,
  Reason.SMS_REJECTED,
  Reason.SMS_UNCONFIRMED,
]);

/** What a person is to send, and where to. */
export interface InboundChallenge {
  number: string;
  text: string;
  /** Seconds. */
  expiresIn: number;
}

export interface InboundStartResult {
  reason: Reason;
  inbound?: InboundChallenge;
}

export interface InboundStatusResult {
  reason: Reason;
  /** Seconds. */
  retryAfter?: number;
  /** Undefined where that is not known. */
  state?: 'WAITING' | 'CONFIRMED' | 'EXPIRED';
  ticket?: string;
}

export interface InboundServiceDependencies {
  store: Store;
  rules: LimitRules;
  numbering: Pick<Numbering, 'parse' | 'countryOf'>;
  log: Logger;
  storeFailures: StoreFailures;
  observe: Observer;
  /** As for SmsCodeService. */
  personOf: (mobile: string) => string;
  tickets?: Pick<TicketSigner, 'sign'>;
  /** Who reads the messages that each provider passes on. */
  parsers: Readonly<Record<string, InboundParser>>;
}

/**
 * Confirms a mobile by a message that comes from it: the page shows a text and a number, the person sends it, and the carrier says who
 * did. It costs the shop nothing, so neither allowances nor the budget stand in its way; a captcha is spent on it as on a send.
 */
export class InboundService {
  constructor(
    private readonly settings: InboundSettings,
    private readonly dependencies: InboundServiceDependencies,
  ) {}

  /** Whether a page may ask for it right away. */
  get always(): boolean {
    return this.settings.always;
  }

  /** What to send instead, after a send whose captcha was solved and that `reason` ended; undefined where that helps nobody. */
  async offerAfter(reason: Reason, request: SendRequest, caller: Caller): Promise<InboundChallenge | undefined> {
    if (!OFFERED_AFTER.has(reason)) return undefined;
    try {
      return (await this.begin(request, caller))?.inbound;
    } catch (error) {
      // The send has its answer; the store failed only now.
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.dependencies.log.warn({ error: error.message }, 'No message could be asked for: the store failed');
      return undefined;
    }
  }

  /** The same at once, for a captcha of its own, where INBOUND_ALWAYS allows it. */
  async start(request: SendRequest, caller: Caller): Promise<InboundStartResult> {
    if (!this.settings.always) return { reason: Reason.INBOUND_NOT_OFFERED };
    if (request.uuid.length > MAX_UUID_LENGTH) return { reason: Reason.CAPTCHA_EXPIRED };
    try {
      const begun = await this.begin(request, caller, request.imageCode);
      return begun ?? { reason: Reason.INBOUND_NOT_OFFERED };
    } catch (error) {
      return this.unavailable(error, 'startInboundVerification', request);
    }
  }

  /** What became of such a request. A confirmed one tells the same ticket however often it is asked about. */
  async status(request: Omit<SendRequest, 'imageCode'>): Promise<InboundStatusResult> {
    const { mobile, purpose, uuid } = request;
    let told: InboundStatus = { status: 'expired' };
    try {
      if (uuid.length <= MAX_UUID_LENGTH) told = await this.dependencies.store.inboundStatus({ mobile, purpose, uuid });
    } catch (error) {
      return this.unavailable(error, 'inboundStatus', request);
    }
    switch (told.status) {
      case 'waiting':
        return { reason: Reason.INBOUND_WAITING, state: 'WAITING', retryAfter: POLL_SECONDS };
      case 'expired':
        return { reason: Reason.SMS_CODE_EXPIRED, state: 'EXPIRED' };
      case 'confirmed': {
        const { at, ticketId } = told;
        const { tickets, log } = this.dependencies;
        const sign = () => tickets?.sign(mobile, purpose, { at, id: ticketId });
        const ticket = await signTicket(sign, log, 'A message came');
        return { reason: Reason.OK, state: 'CONFIRMED', ticket };
      }
    }
  }

  /** Who deals with the pushes of each provider. They reject with StoreUnavailableError if the messages should come again. */
  get handlers(): Record<string, PushHandler> {
    return pushHandlers(this.dependencies.parsers, async ({ messages }) => {
      for (const message of messages) await this.receive(message);
    });
  }

  /** A message came from a mobile. Whatever it says, its sender is told nothing. */
  private async receive({ from, text }: InboundMessage): Promise<void> {
    const { store, numbering, observe, personOf } = this.dependencies;
    const mobile = numbering.parse(from);
    const read = readInboundText(text);
    if (mobile === undefined || !read || this.numberFor(mobile) === undefined) {
      return observe({ type: 'inbound', result: 'unmatched' });
    }
    const { purpose, code } = read;
    // Without a policy too: it may have been asked for at another server on the same store, which has one.
    const arrival = { mobile, purpose, code, keepMs: LIFE_MS, person: personOf(mobile) };
    const confirmed = await store.confirmInbound(arrival);
    if (confirmed.status === 'none') return observe({ type: 'inbound', result: 'unmatched' });
    const request: RequestIdentity = { mobile, purpose, uuid: confirmed.uuid };
    observe({ type: 'inbound', result: confirmed.status === 'ok' ? 'confirmed' : 'duplicate', request });
  }

  /** Undefined where this mobile has nowhere to send to. */
  private async begin(
    { mobile, purpose, uuid }: SendRequest,
    { client, language, device }: Caller,
    answer?: string,
  ): Promise<InboundStartResult | undefined> {
    const { store, rules, observe } = this.dependencies;
    const number = this.numberFor(mobile);
    if (number === undefined) return undefined;
    const code = randomInboundCode();
    const started = await store.startInbound({
      uuid,
      mobile,
      purpose,
      code,
      ttlMs: LIFE_MS,
      ticketId: randomUUID(),
      asker: rules.keepsAllowances ? { client: client.id, network: client.network, parent: client.parent } : undefined,
      captcha: answer === undefined ? undefined : { answer, solved: rules.unsolved(client, device) },
    });
    const request: RequestIdentity = { mobile, purpose, uuid };
    const reason = REASONS[started.status];
    if (answer !== undefined) observe({ type: 'captcha-answered', reason, request });
    if (reason !== Reason.OK) return { reason };
    observe({ type: 'inbound', result: 'started', request });
    return { reason, inbound: { number, text: inboundText(purpose, code, language), expiresIn: LIFE_MS / 1000 } };
  }

  private numberFor(mobile: string): string | undefined {
    const country = this.dependencies.numbering.countryOf(mobile);
    return this.settings.countries.includes(country)
      ? inboundNumberFor(this.settings.numbers, mobile, country)
      : undefined;
  }

  private unavailable(
    error: unknown,
    operation: Operation,
    request: { mobile: string; purpose: VerificationPurpose; uuid: string },
  ) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const { mobile, purpose, uuid } = request;
    const { storeFailures, observe } = this.dependencies;
    const fields = { operation, mobile: maskedMobile(mobile) };
    storeFailures.tell(error, 'A verification by message could not go on: the store failed', fields);
    observe({ type: 'store-failed', operation, request: { mobile, purpose, uuid } });
    return { reason: Reason.SERVICE_UNAVAILABLE };
  }
}

const REASONS = {
  ok: Reason.OK,
  'captcha-expired': Reason.CAPTCHA_EXPIRED,
  'captcha-mismatch': Reason.CAPTCHA_MISMATCH,
} as const satisfies Record<InboundStarted['status'], Reason>;
