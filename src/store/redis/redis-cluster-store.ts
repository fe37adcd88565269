import type { AllowanceCharge } from '../../limits/allowances';
import { captchaLimits } from '../../limits/captcha-limits';
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
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeCheck,
  type CodeChecked,
  type OpenedStore,
  type SendRefund,
  type SendReservation,
  type SendReserved,
} from '../store';
import { RedisClusterAllowances } from './redis-cluster-allowances';
import { RedisClusterLimits } from './redis-cluster-limits';
import { RedisClusterSends } from './redis-cluster-sends';
import type { RedisCommands, Reply } from './redis-commands';
import { RedisInbound } from './redis-inbound';
import { RedisStore } from './redis-store';
import { Refunds } from './refunds';
import { captchaArguments, checkArguments } from './script-arguments';
import { codeChecked } from './script-replies';

/**
 * The store on a Redis Cluster, where the keys of one message live in several slots and no script reaches them all: what a script does
 * at once on one Redis is done slot by slot, counting before deciding, so that it may refuse early and never late.
 */
export class RedisClusterStore implements OpenedStore {
  readonly operator: OperatorStore;
  private readonly single: RedisStore;
  private readonly limits: RedisClusterLimits;
  private readonly allowances: RedisClusterAllowances;
  private readonly sends: RedisClusterSends;
  private readonly inbound: RedisInbound;

  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {
    this.single = new RedisStore(commands, keys, false);
    this.operator = this.single.operator;
    this.limits = new RedisClusterLimits(commands, keys);
    this.allowances = new RedisClusterAllowances(commands, keys, this.limits);
    this.sends = new RedisClusterSends(commands, keys, this.limits, this.allowances, this.single);
    this.inbound = new RedisInbound(commands, keys);
  }

  async issueCaptcha({ uuid, text, ttlMs, limits }: CaptchaIssue): Promise<CaptchaIssued> {
    const within = { deadline: this.commands.deadline() };
    const key = this.keys.captcha(uuid);
    const groups = this.limits.groups(limits, key);
    const { refusal, counts } = await this.limits.check([groups.own, ...groups.others], within);
    // Each count is one with this captcha.
    const effective = captchaLimits(
      limits,
      counts.map((count) => count - 1),
    );
    const holds = (limit: number) => (effective[limit]?.cap ?? 0) <= (limits[limit]?.cap ?? 0);
    if (refusal?.status === 'refused' && holds(refusal.limit)) return refusal;
    const { others } = this.limits.groups(effective, key);
    const refunds = new Refunds();
    const ended = await refunds.runIfItFails(this.limits.countAll(others, within, refunds, () => undefined));
    if (ended) return ended;
    const [status] = await this.commands.run('issue', [key], [text, `${ttlMs},${captchaArguments([])}`], {
      ...within,
      // Written too late it is alive all the same.
      afterFailure: async (late) => late?.[0] !== 'ok' && refunds.run(),
    });
    if (status !== 'taken') return { status: 'ok' };
    await this.commands.waitFor(refunds.run(), within.deadline);
    return { status };
  }

  peekCaptcha(uuid: string): Promise<string | null> {
    return this.single.peekCaptcha(uuid);
  }

  reserveSend(reservation: SendReservation): Promise<SendReserved> {
    return this.sends.reserve(reservation);
  }

  refundSend(refund: SendRefund): Promise<void> {
    return this.sends.refund(refund);
  }

  async checkCode(check: CodeCheck): Promise<CodeChecked> {
    const { mobile, uuid, purpose, code, person } = check;
    const { keys } = this;
    const within = { deadline: this.commands.deadline() };
    // Both are counted before anything is compared; which of them the try belongs to shows then, and the other is refunded.
    const refunds = { guesses: new Refunds(), verifications: new Refunds() };
    const [guessWait = 0, tryWait = 0] = await Promise.all(
      (['guesses', 'verifications'] as const).map((which) =>
        this.limits.countOne(check[which], within, refunds[which]),
      ),
    );
    const settle = async (reply: Reply | undefined) => {
      const status = reply?.[0];
      const compared = status === 'mismatch' || (status === 'locked' && reply?.[4] === 1);
      if (compared || !status || status === 'ok' || status === 'refused') await refunds.guesses.run();
      if (!compared) await refunds.verifications.run();
    };
    const own = keys.request(mobile, uuid ?? '');
    const run = this.commands.run(
      'verify',
      [
        own,
        keys.ended(mobile, purpose),
        keys.failures(mobile),
        keys.code(mobile),
        keys.latest(mobile),
        keys.attempts(mobile),
        own,
        own,
        keys.unpaid(mobile),
        own,
      ],
      [code, purpose, `${checkArguments(check)},0,0,0,0`, `${guessWait},${tryWait}`, person ? 'told' : '', ''],
      { ...within, afterFailure: settle },
    );
    // At the same time as the check, which may fail before anybody waits for this.
    const confirmedAt = person === undefined ? undefined : this.allowances.confirmedAt(person, within);
    confirmedAt?.catch(() => undefined);
    const reply = await run;
    const [status, now, smsId = '', asker] = reply;
    // What a script tells of the asker is no part of the answer.
    const checked = codeChecked(status === 'ok' ? [status, now, smsId] : reply);
    if (checked.status === 'ok' && asker && person && confirmedAt) {
      // Nor for this: the code is used up, and credit that is lost makes allowances smaller.
      void this.confirm(reply, person, confirmedAt);
      // A number that may have been confirmed before counts as one that was.
      checked.newPerson = await confirmedAt.then((at) => at === undefined).catch(() => false);
    }
    // Not waited for: what stays counted is too strict, never too lax.
    void settle(reply);
    return checked;
  }

  noteMessage(smsId: string, step: MessageStep, note: MessageNote, ttlMs: number) {
    return this.single.noteMessage(smsId, step, note, ttlMs);
  }

  readMessage(smsId: string) {
    return this.single.readMessage(smsId);
  }

  linkMessage(reference: string, smsId: string, ttlMs: number): Promise<void> {
    return this.single.linkMessage(reference, smsId, ttlMs);
  }

  linkedMessage(reference: string) {
    return this.single.linkedMessage(reference);
  }

  async startInbound({ captcha, ...start }: InboundStart): Promise<InboundStarted> {
    const within = { deadline: this.commands.deadline() };
    if (captcha) {
      const failed = await this.sends.takeCaptcha({ uuid: start.uuid, answer: captcha.answer }, within);
      if (failed) return { status: failed };
      // Not waited for: a count that stays is no reason to fail.
      void this.limits.refundLatest(captcha.solved).catch(() => undefined);
    }
    return this.inbound.start(start, within);
  }

  async confirmInbound(arrival: InboundArrival): Promise<InboundConfirmed> {
    const { confirmed, reply } = await this.inbound.confirm(arrival, 'told');
    // Not waited for: credit that is lost makes allowances smaller.
    if (confirmed.status === 'ok' && arrival.person) void this.confirm(reply, arrival.person);
    return confirmed;
  }

  inboundStatus(question: InboundQuestion): Promise<InboundStatus> {
    return this.inbound.status(question);
  }

  ping(): Promise<void> {
    return this.single.ping();
  }

  close(): Promise<void> {
    return this.single.close();
  }

  private async confirm(reply: Reply, person: string, known?: Promise<number | undefined>): Promise<void> {
    const [, now, , client, network, parent, ...unpaid] = reply;
    if (!client) return;
    const asker = { client: String(client), network: String(network), parent: String(parent) };
    const messages = unpaid.flatMap((sentAt, i) =>
      i % 2 === 0 ? [{ sentAt: Number(sentAt), charge: unpaid[i + 1] as AllowanceCharge }] : [],
    );
    await (known ?? this.allowances.confirmedAt(person))
      .then((confirmedAt) => this.allowances.confirm(asker, person, confirmedAt, messages, now))
      .catch(() => undefined);
  }
}
