import { randomInt, randomUUID } from 'node:crypto';
import type { Client, LimitRules, SendWindow } from '../limits/rules';
import { type Logger, maskedMobile } from '../log';
import type { SmsOutcome, SmsSender } from '../sms/sender';
import type { SendRelease, SendReserved, Store } from '../store/store';
import type { TicketSigner } from '../tickets/ticket-signer';
import type { Observer } from './events';
import { Reason } from './reasons';

const SIX_DIGITS = /^\d{6}$/;
/** Longer names than any service makes are not looked up. */
const MAX_UUID_LENGTH = 128;

export interface SendRequest {
  mobile: string;
  imageCode: string;
  uuid: string;
}

export interface SmsCodeResult {
  reason: Reason;
  /** Seconds. */
  retryAfter?: number;
}

export interface SmsSendResult extends SmsCodeResult {
  /** Seconds. */
  expiresIn?: number;
}

export interface SmsVerifyResult extends SmsCodeResult {
  attemptsLeft?: number;
  /** Signed proof of a right code. */
  ticket?: string;
}

export interface SmsCodeServiceParts {
  store: Store;
  rules: LimitRules;
  sender: SmsSender;
  log: Logger;
  observe: Observer;
  clock: () => number;
  /** Signs a proof for other services; absent where none is asked for. */
  tickets?: Pick<TicketSigner, 'sign'>;
}

/**
 * Sends a code once its captcha is solved, and checks codes. What makes one message of one captcha is the order: the captcha is
 * spent before anything else happens, the message is counted before it is sent, and only what definitely was not sent is taken back.
 */
export class SmsCodeService {
  constructor(
    private readonly codeTtlMs: number,
    private readonly parts: SmsCodeServiceParts,
  ) {}

  async send(request: SendRequest, client: Client): Promise<SmsSendResult> {
    try {
      return await this.sendOnce(request, client);
    } catch (error) {
      return this.unavailable(error, 'No code could be sent');
    }
  }

  async verify({ mobile, smsCode }: { mobile: string; smsCode: string }, client: Client): Promise<SmsVerifyResult> {
    const { store, rules, observe } = this.parts;
    const guess = smsCode.trim();
    try {
      // What isn't six digits can't be right; it is compared all the same, as a guess like any other.
      const code = SIX_DIGITS.test(guess) ? guess : '';
      const verified = await store.verifyCode(mobile, code, rules.guesses, rules.conversion(mobile, client));
      const result = verifyResult(verified);
      observe({ type: 'code-verified', reason: result.reason });
      return result.reason === Reason.OK ? { ...result, ticket: await this.ticket(mobile) } : result;
    } catch (error) {
      return this.unavailable(error, 'No code could be checked');
    }
  }

  /** The code is spent and the mobile confirmed, whether or not this succeeds: a failure costs the ticket, not the answer. */
  private async ticket(mobile: string): Promise<string | undefined> {
    const { tickets, log } = this.parts;
    try {
      return await tickets?.sign(mobile);
    } catch (error) {
      log.error({ error: (error as Error).name }, 'No ticket could be signed');
      return undefined;
    }
  }

  private async sendOnce({ mobile, imageCode, uuid }: SendRequest, client: Client): Promise<SmsSendResult> {
    const { store, rules, clock } = this.parts;
    if (uuid.length > MAX_UUID_LENGTH) return this.refused({ status: 'captcha-expired' }, []);
    const windows = rules.send(mobile, client);
    const conversion = rules.conversion(mobile, client);
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    const reserved = await store.reserveSend({
      captcha: { uuid, answer: imageCode },
      mobile,
      code,
      ttlMs: this.codeTtlMs,
      windows,
      guesses: rules.guesses,
      solved: rules.unsolved(client),
      conversion,
    });
    if (reserved.status !== 'ok') return this.refused(reserved, windows);
    this.watch(reserved, windows);

    const reservedAt = clock();
    const outcome = await this.handOver(mobile, code);
    const cooldown = Math.ceil((rules.cooldownMs - (clock() - reservedAt)) / 1000);
    const retryAfter = cooldown > 0 ? cooldown : undefined;
    switch (outcome.class) {
      case 'accepted':
        return { reason: Reason.OK, retryAfter, expiresIn: this.codeTtlMs / 1000 };
      case 'unknown':
        return { reason: Reason.SMS_UNCONFIRMED, retryAfter, expiresIn: this.codeTtlMs / 1000 };
      case 'throttled':
        await this.takeBack({ mobile, code, windows, conversion, countedAt: reserved.countedAt });
        // Our own counts are free again; the provider's are not, and a minute is the least that providers ask for.
        return { reason: Reason.SMS_REJECTED, retryAfter: Math.ceil(Math.max(rules.cooldownMs, 60_000) / 1000) };
      case 'refused':
      case 'misconfigured':
        await this.takeBack({ mobile, code, windows, conversion, countedAt: reserved.countedAt });
        return { reason: Reason.SMS_REJECTED };
    }
  }

  private async handOver(mobile: string, code: string): Promise<SmsOutcome> {
    const { sender, log } = this.parts;
    const id = randomUUID().replaceAll('-', '');
    const minutes = Math.max(1, Math.floor(this.codeTtlMs / 60_000));
    const outcome = await sender
      .send({ id, mobile, code, minutes, purpose: 'REGISTER', language: 'zh' })
      .catch((error: Error): SmsOutcome => {
        log.error({ smsId: id, error: error.name }, 'The SMS sender failed, which it never should');
        return { class: 'unknown', provider: sender.name, providerCode: 'exception' };
      });
    const fields = { smsId: id, mobile: maskedMobile(mobile), ...outcome };
    if (outcome.class === 'accepted') log.info(fields, 'SMS accepted');
    else if (outcome.class === 'misconfigured') log.error(fields, 'SMS provider account or settings are wrong');
    else log.warn(fields, 'SMS not confirmed as sent');
    return outcome;
  }

  /** The message was definitely not sent. If the store fails now, its counts stay until they expire: too strict, never too lax. */
  private async takeBack(release: SendRelease): Promise<void> {
    try {
      await this.parts.store.releaseSend(release);
    } catch (error) {
      const fields = { mobile: maskedMobile(release.mobile), error: (error as Error).message };
      this.parts.log.warn(fields, 'A refused message stays counted: the store could not be reached');
    }
  }

  private refused(reserved: Exclude<SendReserved, { status: 'ok' }>, windows: SendWindow[]): SmsSendResult {
    const { observe } = this.parts;
    if (reserved.status === 'captcha-expired' || reserved.status === 'captcha-mismatch') {
      const reason = reserved.status === 'captcha-expired' ? Reason.CAPTCHA_EXPIRED : Reason.CAPTCHA_MISMATCH;
      observe({ type: 'captcha-answered', reason });
      return { reason };
    }
    observe({ type: 'captcha-answered', reason: Reason.OK });
    const retryAfter = Math.ceil(reserved.waitMs / 1000);
    switch (reserved.status) {
      case 'locked':
        // A code that nobody may try is not worth a message.
        observe({ type: 'limit-hit', rule: 'failures' });
        return { reason: Reason.SMS_CODE_LOCKED, retryAfter };
      case 'poor':
        observe({ type: 'limit-hit', rule: 'conversion' });
        return { reason: Reason.QUOTA_EXCEEDED, retryAfter };
      case 'refused': {
        const rule = windows[reserved.window]?.rule ?? 'cooldown';
        observe({ type: 'limit-hit', rule });
        return { reason: rule === 'cooldown' ? Reason.TOO_FREQUENT : Reason.QUOTA_EXCEEDED, retryAfter };
      }
    }
  }

  private watch({ counts, poor }: Extract<SendReserved, { status: 'ok' }>, windows: SendWindow[]): void {
    const { rules, log, observe } = this.parts;
    observe({ type: 'captcha-answered', reason: Reason.OK });
    if (poor) observe({ type: 'conversion-poor' });
    const index = windows.findIndex((window) => window.rule === 'budget');
    const used = counts[index];
    if (used === undefined) return;
    observe({ type: 'budget-used', used });
    // Every send counts up by one, so of all servers exactly one sees this very number.
    if (used === rules.budgetWarning) log.warn({ used, budget: windows[index]?.cap }, 'SMS budget: 80 % used');
  }

  private unavailable(error: unknown, message: string): SmsCodeResult {
    this.parts.log.error({ error: (error as Error).message }, message);
    return { reason: Reason.SERVICE_UNAVAILABLE };
  }
}

function verifyResult(verified: Awaited<ReturnType<Store['verifyCode']>>): SmsVerifyResult {
  switch (verified.status) {
    case 'ok':
      return { reason: Reason.OK };
    case 'expired':
      return { reason: Reason.SMS_CODE_EXPIRED };
    case 'mismatch':
      return { reason: Reason.SMS_CODE_MISMATCH, attemptsLeft: verified.attemptsLeft };
    case 'locked': {
      const retryAfter = verified.waitMs === undefined ? undefined : Math.ceil(verified.waitMs / 1000);
      return { reason: Reason.SMS_CODE_LOCKED, attemptsLeft: 0, retryAfter };
    }
  }
}
