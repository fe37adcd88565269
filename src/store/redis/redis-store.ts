import { type AllowanceCharge, allowanceArguments } from '../../limits/allowances';
import type { AllowanceRequest } from '../../limits/rules';
import { type SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type {
  InboundArrival,
  InboundConfirmed,
  InboundQuestion,
  InboundStart,
  InboundStarted,
  InboundStatus,
} from '../inbound-requests';
import type { StoreKeys } from '../keys';
import type { MessageNote, MessageStep } from '../message-record';
import type { OperatorStore } from '../operator-store';
import {
  type AllowanceLimit,
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeCheck,
  type CodeChecked,
  countedLimits,
  normalisedAnswer,
  type OpenedStore,
  type SendRefund,
  type SendReservation,
  type SendReserved,
} from '../store';
import type { RedisCommands, RunOptions } from './redis-commands';
import { RedisInbound } from './redis-inbound';
import { RedisMessages } from './redis-messages';
import { RedisOperatorStore } from './redis-operator-store';
import { askerOf, captchaArguments, checkArguments, limitArguments, modeOf, sparedBits } from './script-arguments';
import { codeChecked, notReserved, previousCode, wasTried } from './script-replies';

/** The store on one Redis (or a primary that Sentinel names): one Lua script a step, on Redis's own clock. */
export class RedisStore implements OpenedStore {
  readonly operator: OperatorStore;
  private readonly messages: RedisMessages;
  private readonly inbound: RedisInbound;

  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
    /** Whether one script reaches all keys; on a cluster what lives in other slots is done slot by slot. */
    private readonly reachesAll = true,
  ) {
    this.operator = new RedisOperatorStore(commands, keys, reachesAll);
    this.messages = new RedisMessages(commands, keys);
    this.inbound = new RedisInbound(commands, keys);
  }

  async issueCaptcha({ uuid, text, ttlMs, limits }: CaptchaIssue): Promise<CaptchaIssued> {
    const [status, , limit, waitMs] = await this.commands.run(
      'issue',
      [this.keys.captcha(uuid), ...this.limitKeys(limits)],
      [text, `${ttlMs},${captchaArguments(limits)}${limitArguments(limits)}`],
    );
    if (status === 'refused') return { status, limit: Number(limit), waitMs: Number(waitMs) };
    return { status: status === 'taken' ? 'taken' : 'ok' };
  }

  peekCaptcha(uuid: string): Promise<string | null> {
    return this.commands.get(this.keys.captcha(uuid));
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, purpose, smsId, code, ttlMs, limits, lockout, solved, allowance } = reservation;
    const { keys } = this;
    const { uuid } = captcha;
    const counted = (charge: AllowanceCharge | undefined, at: number) => {
      const all = countedLimits(reservation, charge);
      return { limits: all, countedAt: all.map(() => at) };
    };
    const reply = await this.commands.run(
      'reserve',
      [
        keys.captcha(uuid),
        keys.code(mobile),
        keys.latest(mobile),
        keys.request(mobile, uuid),
        keys.ended(mobile, purpose),
        keys.failures(mobile),
        keys.listed(mobile),
        ...(allowance ? this.allowanceKeys(mobile, allowance) : []),
        ...this.limitKeys(solved),
        ...this.limitKeys(limits),
      ],
      [
        normalisedAnswer(captcha.answer),
        code,
        purpose,
        smsId,
        uuid,
        `${ttlMs},${lockout.maxFailures},${lockout.lockoutMs},${solved.length},${modeOf(allowance)},${sparedBits(limits)},${allowance?.device?.cap ?? 0},${allowance?.device?.lengthMs ?? 0}${limitArguments(solved)}${limitArguments(limits)}${allowance ? `,${allowanceArguments(allowance.rule)}` : ''}`,
      ],
      {
        afterFailure: async (late) => {
          if (late?.[0] !== 'ok') return;
          const [, now, , , , charge] = late;
          await this.refundSend({
            mobile,
            uuid,
            code,
            ...counted(charge as AllowanceCharge, now),
            ...previousCode(late),
            ...(allowance && { allowance: { ...allowance, charge: charge as AllowanceCharge, sentAt: now } }),
          });
        },
      },
    );
    if (reply[0] !== 'ok') return notReserved(reply);
    const [, now, , , , charge, reported, ...counts] = reply;
    return {
      status: 'ok',
      countedAt: counted(charge as AllowanceCharge, now).countedAt,
      counts: counts.map(Number),
      previous: previousCode(reply).previous,
      charge: charge ? (charge as AllowanceCharge) : undefined,
      chargedAt: charge ? now : undefined,
      reported: reported ? (reported as AllowanceLimit) : undefined,
    };
  }

  async refundSend(refund: SendRefund): Promise<void> {
    await this.undoSend(refund);
  }

  /** Resolves with whether its code was tried, so that what was counted stays. */
  async undoSend(
    { mobile, uuid, code, limits, countedAt, previous, allowance }: SendRefund,
    options: RunOptions = {},
  ): Promise<boolean> {
    const { keys } = this;
    const reply = await this.commands.run(
      'refund',
      [
        keys.code(mobile),
        keys.latest(mobile),
        keys.request(mobile, uuid),
        ...(previous?.latest ? keys.ofLatest(mobile, previous.latest) : [keys.code(mobile), keys.code(mobile)]),
        keys.unpaid(mobile),
        ...this.limitKeys(limits),
      ],
      [
        code,
        previous?.code ?? '',
        previous?.latest ?? '',
        `${previous?.expiresAt ?? 0},${countedAt[0] ?? 0},${allowance?.sentAt ?? 0}${limitArguments(limits)}`,
        ...(allowance
          ? [allowance.charge, ...askerOf(allowance), ...(this.reachesAll ? [keys.scriptPrefix] : [])]
          : ['']),
      ],
      options,
    );
    return wasTried(reply);
  }

  async checkCode(check: CodeCheck): Promise<CodeChecked> {
    const { mobile, uuid, purpose, code, verifications, guesses, person } = check;
    const { keys } = this;
    const own = keys.request(mobile, uuid ?? '');
    const counted = [guesses, verifications].map((limit) => (limit ? `,${limit.cap},${limit.lengthMs}` : ',0,0'));
    return codeChecked(
      await this.commands.run(
        'verify',
        [
          own,
          keys.ended(mobile, purpose),
          keys.failures(mobile),
          keys.code(mobile),
          keys.latest(mobile),
          keys.attempts(mobile),
          guesses ? keys.limit(guesses) : own,
          verifications ? keys.limit(verifications) : own,
          keys.unpaid(mobile),
          person ? keys.person(person) : own,
        ],
        [code, purpose, checkArguments(check) + counted.join(''), '0,0', person ? 'here' : '', keys.scriptPrefix],
      ),
    );
  }

  noteMessage(smsId: string, step: MessageStep, note: MessageNote, ttlMs: number) {
    return this.messages.note(smsId, step, note, ttlMs);
  }

  readMessage(smsId: string) {
    return this.messages.read(smsId);
  }

  linkMessage(reference: string, smsId: string, ttlMs: number): Promise<void> {
    return this.messages.link(reference, smsId, ttlMs);
  }

  linkedMessage(reference: string) {
    return this.messages.linked(reference);
  }

  startInbound(start: InboundStart): Promise<InboundStarted> {
    return this.inbound.start(start);
  }

  async confirmInbound(arrival: InboundArrival): Promise<InboundConfirmed> {
    return (await this.inbound.confirm(arrival, 'here')).confirmed;
  }

  inboundStatus(question: InboundQuestion): Promise<InboundStatus> {
    return this.inbound.status(question);
  }

  ping(): Promise<void> {
    return this.commands.ping();
  }

  close(): Promise<void> {
    return this.commands.close();
  }

  private allowanceKeys(mobile: string, { client, network, parent, person, device }: AllowanceRequest): string[] {
    const { keys } = this;
    return [
      keys.standing('client', client),
      keys.standing('network', network),
      keys.standing('parent', parent),
      keys.person(person),
      keys.unpaid(mobile),
      ...(device ? [keys.limit(device)] : []),
    ];
  }

  private limitKeys(limits: readonly SlidingWindowLimit[]): string[] {
    return limits.map((limit) => this.keys.limit(limit));
  }
}
