import type { LimitRules } from '../limits/rules';
import type { SlidingWindowLimit } from '../limits/sliding-window-limit';
import { type Logger, maskedMobile } from '../log';
import { MAINLAND_NUMBERING } from '../sms/numbering';
import type { VerificationPurpose } from '../sms/purpose';
import type { SmsMessage, SmsOutcome, SmsSender } from '../sms/sender';
import {
  type CodeChecked,
  countedLimits,
  type SendRefund,
  type SendReserved,
  type Store,
  StoreUnavailableError,
} from '../store/store';
import type { DeviceTokens } from '../tickets/device-tokens';
import { BudgetUse } from './budget-use';
import type { Observer, RequestIdentity } from './events';
import { type Operation, Reason } from './reasons';
import type { ReceiptService } from './receipt-service';
import { signTicket } from './sign-ticket';
import { codeResult, type NotReserved, secondsLeft, sendRefusal } from './sms-code-answers';
import {
  type Caller,
  MAX_UUID_LENGTH,
  type SendRequest,
  type SmsCodeResult,
  type SmsSendResult,
  type SmsVerifyResult,
  type VerifyRequest,
} from './sms-code-requests';
import type { StoreFailures } from './store-failures';

const SIX_DIGITS = /^\d{6}$/;

export interface SmsCodeSettings {
  /** How long a code is good, ms. */
  codeTtlMs: number;
  /** Whether codes that other services wrote under `sms:{mobile}` are checked where no uuid is named. */
  foreignCodes: boolean;
}

export interface SmsCodeServiceDependencies {
  store: Store;
  rules: LimitRules;
  sender: SmsSender;
  log: Logger;
  storeFailures: StoreFailures;
  observe: Observer;
  /** ms of a clock that nobody sets, as the clock of the day may be during a send. */
  stopwatch: () => number;
  /** Six digits: unforeseeable, but for numbers that are never sent anything. */
  codeFor: (mobile: string) => string;
  /** A correlation id for a message, see SmsMessage. */
  newSmsId: () => string;
  /** Told of every outcome; a send does not wait for what it makes of it. */
  receipts: Pick<ReceiptService, 'sent'>;
  /** What stands for a mobile among the numbers that were confirmed: a keyed hash. */
  personOf: (mobile: string) => string;
  /** The country of a mobile; absent: all are mainland numbers. */
  countryOf?: (mobile: string) => string;
  /** Signs a proof for other services; absent where none is asked for. */
  tickets?: { sign(mobile: string, purpose: VerificationPurpose): Promise<string> };
  /** Makes tokens of trusted devices; absent where none is trusted. */
  devices?: Pick<DeviceTokens, 'tokenFor'>;
}

/**
 * Sends a code once its captcha is solved, and checks codes. What makes one message of one captcha is the order: the captcha is
 * spent before anything else happens, the message is counted before it is sent, and only what definitely was not sent is refunded.
 *
 * Both methods answer SERVICE_UNAVAILABLE where the store can't be used. Anything else that goes wrong is a fault of this program
 * and thrown.
 */
export class SmsCodeService {
  private readonly countryOf: (mobile: string) => string;
  private readonly budgets: BudgetUse;

  constructor(
    private readonly settings: SmsCodeSettings,
    private readonly dependencies: SmsCodeServiceDependencies,
  ) {
    this.countryOf = dependencies.countryOf ?? MAINLAND_NUMBERING.countryOf;
    this.budgets = new BudgetUse(dependencies.log, dependencies.observe, dependencies.stopwatch);
  }

  async send(request: SendRequest, caller: Caller): Promise<SmsSendResult> {
    try {
      return await this.sendOnce(request, caller);
    } catch (error) {
      return this.unavailable(error, 'No code could be sent: the store failed', 'sendSmsCode', request);
    }
  }

  async verify(request: VerifyRequest, { client, device }: Caller): Promise<SmsVerifyResult> {
    const { store, rules, observe, log, tickets, personOf } = this.dependencies;
    const { mobile, purpose } = request;
    const guess = request.smsCode.trim();
    let checked: CodeChecked;
    try {
      checked = await store.checkCode({
        mobile,
        // One letter more than any request's name has: it names none, and is counted as a guess like any other.
        uuid: request.uuid?.slice(0, MAX_UUID_LENGTH + 1),
        purpose,
        // What isn't six digits can't be right; it is compared all the same.
        code: SIX_DIGITS.test(guess) ? guess : '',
        lockout: rules.lockout,
        foreignCodes: this.settings.foreignCodes,
        // Without a policy too: another server on the same store may have charged the message.
        person: personOf(mobile),
        ...rules.verify(client),
      });
    } catch (error) {
      return this.unavailable(error, 'No code could be checked: the store failed', 'verifySmsCode', request);
    }
    const result = codeResult(checked);
    const { reason, retryAfter } = result;
    const smsId = checked.status === 'refused' || checked.status === 'expired' ? undefined : checked.smsId;
    const identity: RequestIdentity = { mobile, purpose, uuid: request.uuid, smsId };
    observe({ type: 'code-verified', reason, retryAfter, request: identity, country: this.countryOf(mobile) });
    if (checked.status === 'refused')
      observe({ type: 'limit-hit', rule: 'verify-hour', retryAfter, request: identity });
    if (checked.status !== 'ok') return result;
    return {
      ...result,
      ticket: await signTicket(() => tickets?.sign(mobile, purpose), log, 'A code was right'),
      device: this.deviceToken(device, checked.newPerson),
    };
  }

  /** A device that is trusted stays so. A number makes one device trusted, not one with each of its codes: a stranger has few numbers. */
  private deviceToken(shown: string | undefined, newPerson = false): string | undefined {
    return shown !== undefined || newPerson ? this.dependencies.devices?.tokenFor(shown) : undefined;
  }

  private async sendOnce(request: SendRequest, { client, language, device }: Caller): Promise<SmsSendResult> {
    const { store, rules, stopwatch, codeFor, newSmsId, personOf } = this.dependencies;
    const { codeTtlMs } = this.settings;
    const { mobile, imageCode, uuid, purpose } = request;
    if (uuid.length > MAX_UUID_LENGTH) return this.refused({ status: 'captcha-expired' }, [], request);
    const country = this.countryOf(mobile);
    const limits = rules.send(mobile, client, country);
    const code = codeFor(mobile);
    const smsId = newSmsId();
    const allowance = rules.keepsAllowances ? rules.allowance(client, personOf(mobile), device) : undefined;
    const reserved = await store.reserveSend({
      captcha: { uuid, answer: imageCode },
      mobile,
      purpose,
      smsId,
      code,
      ttlMs: codeTtlMs,
      limits,
      lockout: rules.lockout,
      solved: rules.unsolved(client, device),
      allowance,
    });
    if (reserved.status !== 'ok') return this.refused(reserved, limits, request);
    this.record(reserved, limits, request);

    const reservedAt = stopwatch();
    const minutes = Math.max(1, Math.floor(codeTtlMs / 60_000));
    const outcome = await this.handOver({ id: smsId, mobile, code, minutes, purpose, language }, uuid, country);
    const tookMs = stopwatch() - reservedAt;
    const expiresIn = secondsLeft(codeTtlMs - tookMs);
    const retryAfter = secondsLeft(rules.cooldownMs - tookMs) || undefined;
    // Put together only where it is needed, since nearly all messages go out.
    const refund = (): SendRefund => {
      const { countedAt, previous, charge, chargedAt = 0 } = reserved;
      // Messages that are counted together are charged at the same time.
      const owed = allowance && charge && { ...allowance, charge, sentAt: chargedAt };
      const counted = countedLimits({ limits, allowance }, charge);
      return { mobile, uuid, code, limits: counted, countedAt, previous, allowance: owed };
    };
    switch (outcome.class) {
      case 'accepted':
        return { reason: Reason.OK, retryAfter, expiresIn, smsId };
      case 'unknown':
        return { reason: Reason.SMS_UNCONFIRMED, retryAfter, expiresIn, smsId };
      case 'throttled':
        await this.refund(refund());
        // Our own counts are free again; the provider's are not, and a minute is the least that providers ask for.
        return { reason: Reason.SMS_REJECTED, retryAfter: Math.ceil(Math.max(rules.cooldownMs, 60_000) / 1000), smsId };
      case 'refused':
      case 'misconfigured':
        await this.refund(refund());
        return { reason: Reason.SMS_REJECTED, smsId };
    }
  }

  private async handOver(message: SmsMessage, uuid: string, country: string): Promise<SmsOutcome> {
    const { sender, receipts, log, observe } = this.dependencies;
    const { id, mobile, purpose } = message;
    const outcome = await sender.send(message).catch((error: Error): SmsOutcome => {
      log.error({ smsId: id, stack: error.stack }, 'The SMS sender threw: whether the message went out is unknown');
      return { class: 'unknown', provider: sender.name, providerCode: 'exception' };
    });
    observe({ type: 'message-sent', request: { mobile, purpose, uuid, smsId: id }, country, outcome });
    void receipts.sent(message, outcome);
    return outcome;
  }

  /** The message was definitely not sent. If the store fails now, what it still counts stays until it expires: too strict, never too lax. */
  private async refund(refund: SendRefund): Promise<void> {
    try {
      await this.dependencies.store.refundSend(refund);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      const fields = { mobile: maskedMobile(refund.mobile), error: error.message };
      this.dependencies.log.warn(fields, 'A refused message may stay counted: the store failed at its refund');
    }
  }

  private refused(
    reserved: NotReserved,
    limits: readonly SlidingWindowLimit[],
    { mobile, purpose, uuid }: SendRequest,
  ): SmsSendResult {
    const { observe } = this.dependencies;
    const request: RequestIdentity = { mobile, purpose, uuid };
    const refusal = sendRefusal(reserved, limits);
    const { reason, retryAfter } = refusal;
    observe({ type: 'captcha-answered', reason: refusal.rule ? Reason.OK : refusal.reason, request });
    if (refusal.rule) observe({ type: 'limit-hit', rule: refusal.rule, retryAfter, request });
    return { reason, retryAfter };
  }

  private record(
    { counts, charge, reported }: Extract<SendReserved, { status: 'ok' }>,
    limits: readonly SlidingWindowLimit[],
    { mobile, purpose, uuid }: SendRequest,
  ): void {
    const { observe } = this.dependencies;
    const request: RequestIdentity = { mobile, purpose, uuid };
    observe({ type: 'captcha-answered', reason: Reason.OK, request });
    if (charge) observe({ type: 'allowance-charged', charge });
    if (reported) observe({ type: 'allowance-reported', request });
    this.budgets.tell(limits, counts);
  }

  private unavailable(
    error: unknown,
    message: string,
    operation: Operation,
    { mobile, purpose, uuid }: Omit<RequestIdentity, 'smsId'>,
  ): SmsCodeResult {
    if (!(error instanceof StoreUnavailableError)) throw error;
    const { storeFailures, observe } = this.dependencies;
    storeFailures.tell(error, message);
    observe({ type: 'store-failed', operation, request: { mobile, purpose, uuid } });
    return { reason: Reason.SERVICE_UNAVAILABLE };
  }
}
