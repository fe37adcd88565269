import { KeyedHash } from '../keyed-hash';
import { type LoggedEvents, type Logger, maskedMobile } from '../log';
import type { DomainEvent, RequestIdentity } from '../verification/events';
import { Reason } from '../verification/reasons';

/** Keeps these hashes apart from whatever else the same secret makes. docs/operations.md has the first: it must not change. */
const MOBILE_DOMAIN = 'sms-verification-server/mobile-id/1:';
const REQUEST_DOMAIN = 'sms-verification-server/request-id/1:';
/** 80 bits in hex: no two of the 10^10 mobiles are likely to share it. */
const HASH_LENGTH = 20;

/**
 * Writes a log line for everything that happens to a request; the one place that does. A line names the mobile by a keyed hash
 * (`mobileId`), which whoever has the secret can make of a number and nobody can turn back, and the request by its message's `smsId`
 * or, before there is a message, by a keyed hash of its uuid. No code, captcha text, address or whole mobile stands in any.
 */
export class EventLog {
  private readonly keyedHash: KeyedHash;

  constructor(
    private readonly log: Logger,
    private readonly settings: { events: LoggedEvents; secret: string },
  ) {
    this.keyedHash = new KeyedHash(settings.secret);
  }

  readonly observe = (event: DomainEvent): void => {
    if (event.type === 'message-sent') this.sent(event);
    else if (event.type === 'delivery-reported' || event.type === 'unconfirmed-resolved') this.delivered(event);
    // Hashes are not made for a line that nobody writes.
    else if (this.settings.events === 'all' && this.log.isLevelEnabled('info')) this.other(event);
  };

  private other(event: DomainEvent): void {
    switch (event.type) {
      case 'captcha-answered':
        if (event.reason !== Reason.OK)
          this.write('captcha-wrong', event, 'Captcha wrong, expired or used before: no message');
        break;
      case 'limit-hit':
        this.write('refused', event, 'Refused by a limit');
        break;
      case 'allowance-reported':
        this.write('reported', event, 'Sent without an allowance: ABUSE_POLICY=enforce would have refused it');
        break;
      case 'code-verified':
        if (event.reason === Reason.OK) this.write('code-right', event, 'Code right: the mobile is confirmed');
        // A check that a limit refused has the limit's line.
        else if (event.reason !== Reason.QUOTA_EXCEEDED) this.write('code-wrong', event, 'Code wrong, expired or void');
        break;
      case 'inbound':
        // Messages that nobody waits for can be sent by anyone, in any number: no line for them.
        if (event.result === 'started') this.write('inbound-started', event, 'Asked to send a message instead');
        if (event.result === 'confirmed')
          this.write('inbound-confirmed', event, 'Message came: the mobile is confirmed');
        break;
      case 'store-failed':
        this.write('refused', { ...event, reason: Reason.SERVICE_UNAVAILABLE }, 'Refused: the store failed');
        break;
      case 'operation-answered':
        // Whatever stood in place of a mobile is not logged.
        if (event.reason === Reason.MISSING_PARAMETER || event.reason === Reason.MOBILE_INVALID)
          this.write('refused', { operation: event.operation, reason: event.reason }, 'Refused for its arguments');
        break;
    }
  }

  private sent({ request, outcome }: Extract<DomainEvent, { type: 'message-sent' }>): void {
    const { log, settings } = this;
    const level = levelOf(outcome.class);
    if (settings.events === 'none' && level === 'info') return;
    if (!log.isLevelEnabled(level)) return;
    const fields = { event: 'send', ...this.identity(request), mobile: maskedMobile(request.mobile), ...outcome };
    if (level === 'info') log.info(fields, 'SMS accepted');
    else if (level === 'error')
      log.error(fields, 'SMS refused: the account at the provider, or its settings here, are wrong');
    else log.warn(fields, 'SMS not confirmed as sent');
  }

  private delivered(event: Extract<DomainEvent, { type: 'delivery-reported' | 'unconfirmed-resolved' }>): void {
    if (this.settings.events === 'none') return;
    const { type, smsId, provider, outcome } = event;
    const fields = { smsId, provider, outcome };
    if (type === 'delivery-reported') {
      const { carrierCode, seconds } = event;
      this.log.info({ event: 'receipt', ...fields, carrierCode, seconds }, 'Receipt of an SMS');
    } else {
      const message = 'SMS that was not confirmed as sent: a receipt tells what became of it';
      this.log.info({ event: 'resolved', ...fields }, message);
    }
  }

  private write(event: string, { request, rule, operation, reason, retryAfter }: Line, message: string): void {
    this.log.info({ event, rule, operation, reason, retryAfter, ...(request && this.identity(request)) }, message);
  }

  private identity({ mobile, purpose, smsId, uuid }: RequestIdentity) {
    const request =
      smsId === undefined && uuid !== undefined ? shortHash(this.keyedHash, REQUEST_DOMAIN + uuid) : undefined;
    return { smsId, request, mobileId: mobileId(this.keyedHash, mobile), purpose };
  }
}

/** What stands for a mobile in log lines. */
export function mobileId(keyedHash: KeyedHash, mobile: string): string {
  return shortHash(keyedHash, MOBILE_DOMAIN + mobile);
}

function shortHash(keyedHash: KeyedHash, text: string): string {
  return keyedHash.of(text, 'hex').slice(0, HASH_LENGTH);
}

/** What a line may tell of an event; a field that is added to events does not get into the log by itself. */
interface Line {
  request?: RequestIdentity;
  rule?: string;
  operation?: string;
  reason?: Reason;
  retryAfter?: number;
}

function levelOf(
  outcome: Extract<DomainEvent, { type: 'message-sent' }>['outcome']['class'],
): 'info' | 'warn' | 'error' {
  if (outcome === 'accepted') return 'info';
  return outcome === 'misconfigured' ? 'error' : 'warn';
}
