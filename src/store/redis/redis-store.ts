import { type AllowanceCharge, allowanceArguments } from '../../limits/allowances';
import type { AllowanceRequest } from '../../limits/rules';
import { isSparedToAllowed, type SlidingWindowLimit } from '../../limits/sliding-window-limit';
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
  type InboundArrival,
  type InboundConfirmed,
  type InboundQuestion,
  type InboundStart,
  type InboundStarted,
  type InboundStatus,
  LONGEST_CODE_LIFE_MS,
  normalisedAnswer,
  type OpenedStore,
  type PreviousCode,
  type SendRefund,
  type SendReservation,
  type SendReserved,
} from '../store';
import type { RedisCommands, Reply } from './redis-commands';
import { RedisInbound } from './redis-inbound';
import { RedisMessages } from './redis-messages';
import { RedisOperatorStore } from './redis-operator-store';

/** Cap, length and value of each limit, as the scripts take them after other numbers; value 0 where events are counted. */
export const limitArguments = (limits: readonly SlidingWindowLimit[]): string =>
  limits.map(({ cap, lengthMs, value = 0 }) => `,${cap},${lengthMs},${value}`).join('');

/** The bits of limits that an allowed mobile is spared, as the scripts take them. */
export const sparedBits = (limits: readonly SlidingWindowLimit[]): number =>
  limits.reduce((bits, limit, i) => (isSparedToAllowed(limit) ? bits | (1 << i) : bits), 0);

/** How a script treats allowances: not at all, by refusing, by telling. */
function modeOf(allowance: AllowanceRequest | undefined): number {
  if (!allowance) return 0;
  return allowance.mode === 'enforce' ? 1 : 2;
}

/** Who asks, as scripts take it. */
export const askerOf = ({ client, network, parent }: Pick<AllowanceRequest, 'client' | 'network' | 'parent'>) => [
  client,
  network,
  parent,
];

/** What a script answers that does not reserve. */
export function notReserved([status, , first, second]: Reply): Exclude<SendReserved, { status: 'ok' }> {
  switch (status) {
    case 'refused':
      return { status, limit: Number(first), waitMs: Number(second) };
    case 'not-allowed':
      return { status, limit: first as AllowanceLimit, waitMs: Number(second) };
    case 'locked':
    case 'blocked':
      return { status, waitMs: Number(first) };
    case 'captcha-mismatch':
      return { status };
    default:
      return { status: 'captcha-expired' };
  }
}

/** What a script tells of the code that stood under `sms:{mobile}` before. */
export function previousCode([, , code, latest, expiresAt]: Reply): { previous?: PreviousCode } {
  if (code === '') return {};
  return { previous: { code: String(code), latest: String(latest), expiresAt: Number(expiresAt) } };
}

/** What verify.lua answers. */
export function codeChecked([status, , first, second]: Reply): CodeChecked {
  if (status === 'expired') return { status };
  if (status === 'refused') return { status, waitMs: Number(first) };
  const smsId = first ? { smsId: String(first) } : {};
  const value = Number(second);
  if (status === 'mismatch') return { status, attemptsLeft: value < 0 ? undefined : value, ...smsId };
  if (status === 'locked') return { status, waitMs: value > 0 ? value : undefined, ...smsId };
  // Only where allowances are settled by the same script.
  return { status: 'ok', ...smsId, ...(second !== undefined && { newPerson: value === 1 }) };
}

/** The numbers of verify.lua that do not depend on where the client is counted. */
export function checkArguments({ lockout, foreignCodes, uuid }: CodeCheck): string {
  const { maxAttempts, maxFailures, lockoutMs, failureWindowMs } = lockout;
  const foreign = foreignCodes && uuid === undefined ? 1 : 0;
  return [maxAttempts, maxFailures, lockoutMs, failureWindowMs, LONGEST_CODE_LIFE_MS, foreign].join(',');
}

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
    const everyone = limits.findIndex(({ rule }) => rule === 'captchas-live') + 1;
    const graded = limits.findIndex(({ rule }) => rule === 'captcha-network-minute') + 1;
    const [status, , limit, waitMs] = await this.commands.run(
      'issue',
      [this.keys.captcha(uuid), ...this.limitKeys(limits)],
      [text, `${ttlMs},${everyone},${graded}${limitArguments(limits)}`],
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
        `${ttlMs},${lockout.maxFailures},${solved.length},${modeOf(allowance)},${sparedBits(limits)},${allowance?.device?.cap ?? 0},${allowance?.device?.lengthMs ?? 0}${limitArguments(solved)}${limitArguments(limits)}${allowance ? `,${allowanceArguments(allowance.rule)}` : ''}`,
      ],
      {
        refund: (late) =>
          this.refundSend({
            mobile,
            uuid,
            code,
            ...counted(late[5] as AllowanceCharge, late[1]),
            ...previousCode(late),
            ...(allowance && { allowance: { ...allowance, charge: late[5] as AllowanceCharge, sentAt: late[1] } }),
          }),
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

  async refundSend({ mobile, uuid, code, limits, countedAt, previous, allowance }: SendRefund): Promise<void> {
    const { keys } = this;
    await this.commands.run(
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
    );
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
