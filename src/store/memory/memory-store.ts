import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type {
  InboundArrival,
  InboundConfirmed,
  InboundQuestion,
  InboundStart,
  InboundStarted,
  InboundStatus,
} from '../inbound-requests';
import { StoreKeys } from '../keys';
import type { MessageNote, MessageStep } from '../message-record';
import type { OperatorStore } from '../operator-store';
import {
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
import { ExpiringEntries } from './expiring-entries';
import { MemoryAllowances } from './memory-allowances';
import { MemoryCodes, type RequestRecord } from './memory-codes';
import { MemoryInbound } from './memory-inbound';
import { MemoryLimits } from './memory-limits';
import { MemoryMessages } from './memory-messages';
import { type MemoryListing, MemoryOperatorStore } from './memory-operator-store';
import { countOf } from './sliding-window-log';

/**
 * The store in this process: the same steps as on Redis, each atomic because none of them waits. For trying the product and for
 * tests; it is forgotten with the process. It holds a bounded number of entries, and refuses when they are all alive: dropping one
 * would forget a limit. No other service reads or writes it, so no code stands under `sms:{mobile}`.
 */
export class MemoryStore implements OpenedStore {
  readonly operator: OperatorStore;
  private readonly keys = new StoreKeys();
  private readonly entries: ExpiringEntries;
  private readonly limits: MemoryLimits;
  private readonly codes: MemoryCodes;
  private readonly allowances: MemoryAllowances;
  private readonly messages: MemoryMessages;
  private readonly inbound: MemoryInbound;

  constructor(
    private readonly clock: () => number = Date.now,
    maxEntries?: number,
  ) {
    this.entries = new ExpiringEntries(clock, maxEntries);
    this.operator = new MemoryOperatorStore(this.entries, this.keys, clock);
    this.limits = new MemoryLimits(this.entries, this.keys, clock);
    this.codes = new MemoryCodes(this.entries, this.keys, clock);
    this.allowances = new MemoryAllowances(this.entries, this.keys, clock);
    this.messages = new MemoryMessages(this.entries, this.keys);
    this.inbound = new MemoryInbound(this.entries, this.keys, clock);
  }

  /** Entries held, expired ones among them until the next sweep. */
  get size(): number {
    return this.entries.size;
  }

  async issueCaptcha({ uuid, text, ttlMs, limits }: CaptchaIssue): Promise<CaptchaIssued> {
    this.entries.makeRoom(limits.length + 1);
    if (this.entries.get(this.keys.captcha(uuid)) !== undefined) return { status: 'taken' };
    const effective = this.limits.ofNextCaptcha(limits);
    const refused = this.limits.longestWait(effective);
    if (refused) return { status: 'refused', ...refused };
    this.limits.count(effective);
    this.entries.set(this.keys.captcha(uuid), text, ttlMs);
    return { status: 'ok' };
  }

  async peekCaptcha(uuid: string): Promise<string | null> {
    return this.entries.get<string>(this.keys.captcha(uuid)) ?? null;
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, purpose, smsId, code, ttlMs, limits, lockout, solved, allowance } = reservation;
    const { keys, entries } = this;
    entries.makeRoom(limits.length + (allowance ? 12 : 3));
    const failed = this.takeCaptcha(captcha, solved);
    if (failed) return { status: failed };

    const list = entries.get<MemoryListing>(keys.listed(mobile))?.list;
    if (list === 'blocked') return { status: 'blocked', waitMs: entries.ttlMs(keys.listed(mobile)) };
    const isAllowed = list === 'allowed';
    const locked = this.codes.lockedMs(mobile, lockout);
    if (locked !== undefined) return { status: 'locked', waitMs: locked };
    const refused = this.limits.longestWait(limits, isAllowed);
    // Strangers who ask for a mobile count as its own cap, which an allowed one is spared.
    const today = isAllowed ? [] : this.limits.messagesToday(mobile);
    const trusted = allowance?.device !== undefined && !this.limits.longestWait([allowance.device]);
    const decision = allowance && this.allowances.decide(mobile, allowance, today, trusted);
    const denied = decision && !decision.allow ? decision : undefined;
    if (denied && allowance?.mode === 'enforce' && denied.waitMs > (refused?.waitMs ?? 0)) {
      return { status: 'not-allowed', limit: denied.limit, waitMs: denied.waitMs };
    }
    if (refused) return { status: 'refused', ...refused };

    const now = this.clock();
    // What is only reported is owed by its network all the same.
    const charge = decision?.allow ? decision.charge : 'own';
    const counted = countedLimits(reservation, charge);
    this.limits.count(counted, now);
    if (allowance) this.allowances.charge(mobile, allowance, charge, now);
    // A code that is asked for after another ended all of its purpose is never taken for one of those, even if the clock steps back.
    const at = Math.max(now, (entries.get<number>(keys.ended(mobile, purpose)) ?? Number.NEGATIVE_INFINITY) + 1);
    const asker = allowance && { client: allowance.client, network: allowance.network, parent: allowance.parent };
    const record: RequestRecord = { code, purpose, wrong: 0, at, smsId, asker };
    entries.set(keys.request(mobile, captcha.uuid), record, ttlMs);
    entries.set(keys.latest(mobile), captcha.uuid, ttlMs);
    return {
      status: 'ok',
      countedAt: counted.map(() => now),
      counts: limits.map((limit) => countOf(this.limits.live(limit), limit)),
      ...(allowance && { charge, chargedAt: now }),
      ...(denied && { reported: denied.limit }),
    };
  }

  async refundSend({ mobile, uuid, code, limits, countedAt, allowance }: SendRefund): Promise<void> {
    const key = this.keys.request(mobile, uuid);
    const record = this.entries.get<RequestRecord>(key);
    // Another message of the same name (ORIGINAL_API lets pages choose it): its code is not this one's to take.
    if (record && record.code !== code && record.code !== '') return;
    this.entries.delete(key);
    // Guesses at what a provider refuses would else be had for nothing. A right one leaves no request.
    if (!record || record.wrong > 0) return;
    this.limits.refund(limits, countedAt);
    if (allowance) this.allowances.refund(mobile, allowance);
  }

  async checkCode(check: CodeCheck): Promise<CodeChecked> {
    const { mobile, uuid, purpose, verifications, guesses } = check;
    const { keys, entries } = this;
    entries.makeRoom(check.person ? 7 : 3);
    const record = uuid === undefined ? undefined : entries.get<RequestRecord>(keys.request(mobile, uuid));
    const ended = entries.get<number>(keys.ended(mobile, purpose)) ?? Number.NEGATIVE_INFINITY;
    const live = record && record.purpose === purpose && record.at > ended ? record : undefined;
    const notCompared = this.codes.refusal(check, live);
    // A try where nothing is compared counts as a guess, also at a void request of one's own: it must take nothing of what others need.
    // It costs no captcha, so what is counted of it takes half of the store at most: who has a few /48s could fill it, for everybody, by guesses.
    const counted = notCompared ? (entries.isHalfFull ? undefined : guesses) : verifications;
    const refused = counted && this.limits.longestWait([counted]);
    // The first try at a request is compared all the same: whatever others at the same address did, a right code is right.
    const isFirst = !notCompared && live?.wrong === 0;
    if (refused && !isFirst) return { status: 'refused', waitMs: refused.waitMs };
    const checked = notCompared ?? this.codes.compare(check, live as RequestRecord);
    if (refused && checked.status !== 'ok') return { status: 'refused', waitMs: refused.waitMs };
    if (counted && checked.status !== 'ok') this.limits.count([counted]);
    const result = live && checked.status !== 'expired' ? { ...checked, smsId: live.smsId } : checked;
    if (checked.status !== 'ok' || !live?.asker || !check.person) return result;
    const newPerson = entries.get(keys.person(check.person)) === undefined;
    this.allowances.confirm(mobile, live.asker, check.person);
    return { ...checked, smsId: live.smsId, newPerson };
  }

  async noteMessage(smsId: string, step: MessageStep, note: MessageNote, ttlMs: number) {
    return this.messages.note(smsId, step, note, ttlMs);
  }

  async readMessage(smsId: string) {
    return this.messages.read(smsId);
  }

  async linkMessage(reference: string, smsId: string, ttlMs: number): Promise<void> {
    this.messages.link(reference, smsId, ttlMs);
  }

  async linkedMessage(reference: string) {
    return this.messages.linked(reference);
  }

  async startInbound(start: InboundStart): Promise<InboundStarted> {
    const { uuid, captcha } = start;
    this.entries.makeRoom(2);
    const failed = captcha && this.takeCaptcha({ uuid, answer: captcha.answer }, captcha.solved);
    if (failed) return { status: failed };
    this.inbound.start(start);
    return { status: 'ok' };
  }

  async confirmInbound(arrival: InboundArrival): Promise<InboundConfirmed> {
    const { mobile, purpose, person } = arrival;
    this.entries.makeRoom(person ? 7 : 3);
    const confirmed = this.inbound.confirm(arrival);
    if (confirmed.status !== 'ok') return confirmed;
    const { uuid, askedAt, asker } = confirmed;
    this.codes.end(mobile, purpose, askedAt);
    if (asker && person) this.allowances.confirm(mobile, asker, person);
    return { status: 'ok', uuid };
  }

  async inboundStatus(question: InboundQuestion): Promise<InboundStatus> {
    return this.inbound.status(question);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    this.entries.clear();
  }

  /** Takes a captcha, right or wrong; returns what keeps the caller from going on, if anything. */
  private takeCaptcha(
    { uuid, answer }: SendReservation['captcha'],
    solved: readonly SlidingWindowLimit[],
  ): 'captcha-expired' | 'captcha-mismatch' | undefined {
    const text = this.entries.get<string>(this.keys.captcha(uuid));
    if (text === undefined) return 'captcha-expired';
    this.entries.delete(this.keys.captcha(uuid));
    if (normalisedAnswer(text) !== normalisedAnswer(answer)) return 'captcha-mismatch';
    for (const limit of solved) {
      const latest = this.limits.live(limit).at(-1);
      if (latest) this.limits.refund([limit], [latest.at]);
    }
    return undefined;
  }
}
