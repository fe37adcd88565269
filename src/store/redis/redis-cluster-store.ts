import type { AllowanceCharge } from '../../limits/allowances';
import { gradedCap, type SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type { StoreKeys } from '../keys';
import type { OperatorStore } from '../operator-store';
import {
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeCheck,
  type CodeChecked,
  normalisedAnswer,
  type OpenedStore,
  type SendRefund,
  type SendReservation,
  type SendReserved,
} from '../store';
import { RedisClusterAllowances } from './redis-cluster-allowances';
import type { RedisCommands, Reply, RunOptions } from './redis-commands';
import {
  askerOf,
  checkArguments,
  codeChecked,
  limitArguments,
  notReserved,
  previousCode,
  RedisStore,
  sparedBits,
} from './redis-store';
import { Refunds } from './refunds';
import { bySlot, type SlotGroup } from './slot-groups';

type Deadline = Required<Pick<RunOptions, 'deadline'>>;
type Refusal = Extract<SendReserved, { status: 'refused' | 'locked' | 'blocked' }>;

/**
 * The store on a Redis Cluster, where the keys of one message live in several slots and no script reaches them all. The captcha is
 * taken first; then all slots are asked whether there is room, so that a refusal tells the longest wait and counts nothing; then the
 * send is counted slot by slot, the mobile's last. If one refuses after all, because others were faster, the earlier counts are
 * refunded: it may refuse early, never late. All steps of one call share one deadline.
 */
export class RedisClusterStore implements OpenedStore {
  readonly operator: OperatorStore;
  private readonly single: RedisStore;
  private readonly allowances: RedisClusterAllowances;

  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {
    this.single = new RedisStore(commands, keys, false);
    this.operator = this.single.operator;
    this.allowances = new RedisClusterAllowances(commands, keys);
  }

  async issueCaptcha({ uuid, text, ttlMs, limits }: CaptchaIssue): Promise<CaptchaIssued> {
    const within = { deadline: this.commands.deadline() };
    const key = this.keys.captcha(uuid);
    const groups = this.groups(limits, key);
    const { refusal, counts } = await this.check([groups.own, ...groups.others], within);
    if (refusal?.status === 'refused') return refusal;
    const graded = withGradedCap(limits, counts);
    const { others } = this.groups(graded, key);
    const refunds = new Refunds();
    try {
      const ended = await this.countAll(others, within, refunds, () => undefined);
      if (ended) return ended;
      const [status] = await this.commands.run('issue', [key], [text, `${ttlMs} 0 0`], within);
      if (status !== 'taken') return { status: 'ok' };
      await refunds.run();
      return { status };
    } catch (error) {
      void refunds.run();
      throw error;
    }
  }

  peekCaptcha(uuid: string): Promise<string | null> {
    return this.single.peekCaptcha(uuid);
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, purpose, smsId, code, ttlMs, limits, lockout, solved, allowance } = reservation;
    const { keys } = this;
    const within = { deadline: this.commands.deadline() };
    const [taken, , text] = await this.commands.run('take', [keys.captcha(captcha.uuid)], [], within);
    if (taken !== 'ok') return { status: 'captcha-expired' };
    if (normalisedAnswer(String(text)) !== normalisedAnswer(captcha.answer)) return { status: 'captcha-mismatch' };

    const { own, others } = this.groups(limits, keys.code(mobile));
    const [{ refusal }, decided] = await Promise.all([
      this.check([own, ...others], within, { mobile, maxFailures: lockout.maxFailures }),
      allowance && this.allowances.decide(mobile, allowance, within),
      // A count that stays is no reason to fail.
      this.refundLatest(solved).catch(() => undefined),
    ]);
    if (refusal?.status === 'blocked' || refusal?.status === 'locked') return refusal;
    const denied = decided && !decided.decision.allow ? decided.decision : undefined;
    if (denied && allowance?.mode === 'enforce' && denied.waitMs > (refusal?.waitMs ?? 0)) {
      return { status: 'not-allowed', limit: denied.limit, waitMs: denied.waitMs };
    }
    if (refusal) return refusal;

    const countedAt = Array<number>(limits.length).fill(0);
    const counts = Array<number>(limits.length).fill(0);
    const note = ({ indexes }: SlotGroup, at: number, events: readonly number[]) => {
      for (const [i, index] of indexes.entries()) {
        countedAt[index] = at;
        counts[index] = events[i] ?? 0;
      }
    };
    const refunds = new Refunds();
    try {
      const ended = await this.countAll(others, within, refunds, note);
      if (ended) return ended;
      const charged =
        allowance && decided && (await this.allowances.charge(mobile, allowance, decided, within, refunds));
      if (charged?.denied) {
        await refunds.run();
        return { status: 'not-allowed', ...charged.denied };
      }
      const owed = allowance && charged && { ...allowance, charge: charged.charge, sentAt: charged.at };
      const reply = await this.commands.run(
        'reserve_mobile',
        [
          keys.code(mobile),
          keys.latest(mobile),
          keys.request(mobile, captcha.uuid),
          keys.ended(mobile, purpose),
          keys.failures(mobile),
          keys.unpaid(mobile),
          keys.listed(mobile),
          ...own.keys,
        ],
        [
          code,
          purpose,
          smsId,
          captcha.uuid,
          `${ttlMs} ${lockout.maxFailures} ${sparedBits(own.limits)}${limitArguments(own.limits)}`,
          ...(owed ? [...askerOf(owed), owed.charge, owed.sentAt] : []),
        ],
        {
          ...within,
          refund: (late) =>
            this.refundMobile(
              { mobile, uuid: captcha.uuid, code, allowance: owed, ...previousCode(late) },
              own,
              late[1],
            ),
        },
      );
      if (reply[0] === 'ok') {
        const [, now, , , , ...events] = reply;
        note(own, now, events.map(Number));
        return {
          status: 'ok',
          countedAt,
          counts,
          ...previousCode(reply),
          ...(owed && { charge: owed.charge, chargedAt: owed.sentAt }),
          ...(denied && { reported: denied.limit }),
        };
      }
      await refunds.run();
      const refused = notReserved(reply);
      return refused.status === 'refused' ? { ...refused, limit: own.indexes[refused.limit] ?? 0 } : refused;
    } catch (error) {
      // Not waited for: the caller has waited for what failed.
      void refunds.run();
      throw error;
    }
  }

  async refundSend({ limits, countedAt, ...request }: SendRefund): Promise<void> {
    const { own, others } = this.groups(limits, this.keys.code(request.mobile));
    const at = (group: SlotGroup) => countedAt[group.indexes[0] ?? 0] ?? 0;
    const steps = [
      this.refundMobile(request, own, at(own)),
      ...others.map((group) => this.refundCount(group, at(group))),
      ...(request.allowance ? [this.allowances.refund(request.allowance)] : []),
    ];
    // One that fails must not keep the others from being refunded, and is told all the same.
    const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async checkCode(check: CodeCheck): Promise<CodeChecked> {
    const { mobile, uuid, purpose, code, person } = check;
    const { keys } = this;
    const within = { deadline: this.commands.deadline() };
    // Both are counted before anything is compared; which of them the try belongs to shows then, and the other is refunded.
    const refunds = { guesses: new Refunds(), verifications: new Refunds() };
    const [guessWait = 0, tryWait = 0] = await Promise.all(
      (['guesses', 'verifications'] as const).map((which) => this.countOne(check[which], within, refunds[which])),
    );
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
      [code, purpose, `${checkArguments(check)} 0 0 0 0`, `${guessWait} ${tryWait}`, person ? 'told' : '', ''],
      within,
    );
    // Not waited for: what stays counted is too strict, never too lax.
    try {
      const reply = await run;
      const checked = codeChecked(reply);
      // Nor for this: the code is used up, and credit that is lost makes allowances smaller.
      if (checked.status === 'ok' && person) void this.confirm(reply, person);
      if (checked.status !== 'expired') void refunds.guesses.run();
      if (checked.status !== 'mismatch' && checked.status !== 'locked') void refunds.verifications.run();
      return checked;
    } catch (error) {
      void refunds.guesses.run();
      void refunds.verifications.run();
      throw error;
    }
  }

  ping(): Promise<void> {
    return this.single.ping();
  }

  close(): Promise<void> {
    return this.single.close();
  }

  private groups(limits: readonly SlidingWindowLimit[], ownKey: string): { own: SlotGroup; others: SlotGroup[] } {
    return bySlot(limits, (limit) => this.keys.limit(limit), ownKey);
  }

  /**
   * Whether all limits have room, and what each would count with one more. `of` is whose the first group is, if it is a mobile's: then
   * also whether that mobile is blocked or locked.
   */
  private async check(
    groups: readonly SlotGroup[],
    within: Deadline,
    of?: { mobile: string; maxFailures: number },
  ): Promise<{ refusal?: Refusal; counts: number[] }> {
    const counts: number[] = [];
    const refusals = await Promise.all(
      groups.map(async ({ limits, keys, indexes }, i): Promise<Refusal | undefined> => {
        const own = i === 0 ? of : undefined;
        const [first] = keys;
        const standing = own ? [this.keys.failures(own.mobile), this.keys.listed(own.mobile)] : [first, first];
        if (standing[0] === undefined) return undefined;
        const numbers = `${own?.maxFailures ?? 0} ${sparedBits(limits)}${limitArguments(limits)}`;
        const reply = await this.commands.run('check', [...(standing as string[]), ...keys], [numbers], within);
        const [, , locked, blocked, limit, waitMs, ...events] = reply;
        for (const [i, index] of indexes.entries()) counts[index] = Number(events[i]);
        if (Number(blocked) > 0) return { status: 'blocked', waitMs: Number(blocked) };
        if (Number(locked) > 0) return { status: 'locked', waitMs: Number(locked) };
        if (Number(waitMs) === 0) return undefined;
        return { status: 'refused', limit: indexes[Number(limit)] ?? 0, waitMs: Number(waitMs) };
      }),
    );
    return { refusal: worst(refusals), counts };
  }

  /** Counts in one slot after the other. The first that refuses ends it, and what was counted before is refunded. */
  private async countAll(
    groups: readonly SlotGroup[],
    within: Deadline,
    refunds: Refunds,
    note: (group: SlotGroup, at: number, events: readonly number[]) => void,
  ): Promise<{ status: 'refused'; limit: number; waitMs: number } | undefined> {
    for (const group of groups) {
      const reply = await this.commands.run('count', group.keys, [limitArguments(group.limits)], {
        ...within,
        refund: (late) => this.refundCount(group, late[1]),
      });
      if (reply[0] !== 'ok') {
        await refunds.run();
        return { status: 'refused', limit: group.indexes[Number(reply[2])] ?? 0, waitMs: Number(reply[3]) };
      }
      refunds.add(() => this.refundCount(group, reply[1]));
      note(group, reply[1], reply.slice(2).map(Number));
    }
    return undefined;
  }

  /** Counts in one limit; ms to wait if it refuses. */
  private async countOne(limit: SlidingWindowLimit | undefined, within: Deadline, refunds: Refunds): Promise<number> {
    if (!limit) return 0;
    const group: SlotGroup = { limits: [limit], keys: [this.keys.limit(limit)], indexes: [0] };
    const ended = await this.countAll([group], within, refunds, () => undefined);
    return ended?.waitMs ?? 0;
  }

  private async refundMobile(
    { mobile, uuid, code, previous, allowance }: Omit<SendRefund, 'limits' | 'countedAt'>,
    own: SlotGroup,
    at: number,
  ): Promise<void> {
    await this.single.refundSend({
      mobile,
      uuid,
      code,
      previous,
      allowance,
      limits: own.limits,
      countedAt: own.limits.map(() => at),
    });
  }

  private async confirm(reply: Reply, person: string): Promise<void> {
    const [, now, , client, network, parent, ...unpaid] = reply;
    if (!client) return;
    const messages = unpaid.flatMap((sentAt, i) =>
      i % 2 === 0 ? [{ sentAt: Number(sentAt), charge: unpaid[i + 1] as AllowanceCharge }] : [],
    );
    const asker = { client: String(client), network: String(network), parent: String(parent) };
    await this.allowances.confirm(asker, person, messages, now).catch(() => undefined);
  }

  private async refundCount({ limits, keys }: SlotGroup, at: number): Promise<void> {
    await this.commands.run('refund_count', keys, [`${at}${limitArguments(limits)}`]);
  }

  private async refundLatest(limits: readonly SlidingWindowLimit[]): Promise<void> {
    const { others } = this.groups(limits, '');
    await Promise.all(others.map((group) => this.refundCount(group, 0)));
  }
}

/** A block or a lockout, else the longest wait. */
function worst(refusals: readonly (Refusal | undefined)[]): Refusal | undefined {
  const present = refusals.filter((refusal) => refusal !== undefined);
  return (
    present.find(({ status }) => status !== 'refused') ??
    present.reduce<Refusal | undefined>((a, b) => (a && a.waitMs >= b.waitMs ? a : b), undefined)
  );
}

function withGradedCap(limits: readonly SlidingWindowLimit[], counts: readonly number[]): SlidingWindowLimit[] {
  const everyone = limits.findIndex(({ rule }) => rule === 'captchas-live');
  const cap = limits[everyone]?.cap;
  if (cap === undefined) return [...limits];
  const live = (counts[everyone] ?? 1) - 1;
  return limits.map((limit) =>
    limit.rule === 'captcha-network-minute' ? { ...limit, cap: gradedCap(limit.cap, live, cap) } : limit,
  );
}
