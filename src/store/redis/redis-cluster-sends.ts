import type { StoreKeys } from '../keys';
import { normalisedAnswer, type SendRefund, type SendReservation, type SendReserved } from '../store';
import { type ClusterCharge, type ClusterDecision, RedisClusterAllowances } from './redis-cluster-allowances';
import { RedisClusterLimits } from './redis-cluster-limits';
import type { RedisCommands, RunOptions } from './redis-commands';
import { RedisStore } from './redis-store';
import { Refunds } from './refunds';
import { askerOf, limitArguments, sparedBits } from './script-arguments';
import { notReserved, previousCode, wasTried } from './script-replies';
import type { SlotGroup } from './slot-groups';

type Deadline = Required<Pick<RunOptions, 'deadline'>>;
type Paid = Exclude<ClusterCharge, { denied: object }>;

/**
 * Sends on a cluster. The captcha is taken first; then all slots are asked whether there is room, so that a refusal tells the longest
 * wait and counts nothing; then the send is counted slot by slot, the mobile's last. If one refuses after all, because others were
 * faster, the earlier counts are refunded: it may refuse early, never late. All steps of one call share one deadline.
 */
export class RedisClusterSends {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
    private readonly limits: RedisClusterLimits,
    private readonly allowances: RedisClusterAllowances,
    /** Undoes what one slot holds. */
    private readonly single: RedisStore,
  ) {}

  async reserve(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, purpose, smsId, code, ttlMs, limits, lockout, solved, allowance } = reservation;
    const { keys } = this;
    const within = { deadline: this.commands.deadline() };
    const failed = await this.takeCaptcha(captcha, within);
    if (failed) return { status: failed };

    const { own, others } = this.limits.groups(limits, keys.code(mobile));
    const [{ refusal }, decided] = await Promise.all([
      this.limits.check([own, ...others], within, { mobile, lockout }),
      allowance && this.allowances.decide(mobile, allowance, within),
      // A count that stays is no reason to fail.
      this.commands.waitFor(this.limits.refundLatest(solved), within.deadline),
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
    const paid = await refunds.runIfItFails(this.countAndCharge(reservation, others, decided, within, refunds, note));
    if (paid.status !== 'ok') return paid;
    const { charged } = paid;
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
        `${ttlMs},${lockout.maxFailures},${lockout.lockoutMs},${sparedBits(own.limits)}${limitArguments(own.limits)}`,
        ...(owed ? [...askerOf(owed), owed.charge, owed.sentAt] : []),
      ],
      {
        ...within,
        // Until then its code could be guessed at: only now it shows whether what other slots counted is refunded.
        afterFailure: async (late) => {
          if (late?.[0] !== 'ok') return refunds.run();
          const request = { mobile, uuid: captcha.uuid, code, allowance: owed, ...previousCode(late) };
          return this.refundMobile(request, own, late[1], () => refunds.run());
        },
      },
    );
    if (reply[0] === 'ok') {
      const [, now, , , , ...events] = reply;
      note(own, now, events.map(Number));
      return {
        status: 'ok',
        countedAt: charged?.deviceAt === undefined ? countedAt : [...countedAt, charged.deviceAt],
        counts,
        ...previousCode(reply),
        ...(owed && { charge: owed.charge, chargedAt: owed.sentAt }),
        ...(denied && { reported: denied.limit }),
      };
    }
    await this.commands.waitFor(refunds.run(), within.deadline);
    const refused = notReserved(reply);
    return refused.status === 'refused' ? { ...refused, limit: own.indexes[refused.limit] ?? 0 } : refused;
  }

  async refund({ limits, countedAt, ...request }: SendRefund): Promise<void> {
    const { own, others } = this.limits.groups(limits, this.keys.code(request.mobile));
    const at = (group: SlotGroup) => countedAt[group.indexes[0] ?? 0] ?? 0;
    const refundOthers = async () => {
      const steps = [
        ...others.map((group) => this.limits.refundCount(group, at(group))),
        ...(request.allowance ? [this.allowances.refund(request.allowance)] : []),
      ];
      // One of these that fails must not keep the others from being refunded, and is told all the same.
      const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
      if (failed) throw failed.reason;
    };
    const deadline = this.commands.deadline();
    await this.commands.bounded(this.refundMobile(request, own, at(own), refundOthers), deadline);
  }

  /** Takes a captcha, right or wrong; returns what keeps the caller from going on, if anything. */
  async takeCaptcha(
    { uuid, answer }: SendReservation['captcha'],
    within: Deadline,
  ): Promise<'captcha-expired' | 'captcha-mismatch' | undefined> {
    const [taken, , text] = await this.commands.run('take', [this.keys.captcha(uuid)], [], within);
    if (taken !== 'ok') return 'captcha-expired';
    return normalisedAnswer(String(text)) === normalisedAnswer(answer) ? undefined : 'captcha-mismatch';
  }

  /** What lives in other slots than the mobile's. */
  private async countAndCharge(
    { mobile, allowance }: SendReservation,
    others: readonly SlotGroup[],
    decided: ClusterDecision | undefined,
    within: Deadline,
    refunds: Refunds,
    note: (group: SlotGroup, at: number, events: readonly number[]) => void,
  ): Promise<{ status: 'ok'; charged?: Paid } | Extract<SendReserved, { status: 'refused' | 'not-allowed' }>> {
    const ended = await this.limits.countAll(others, within, refunds, note);
    if (ended) return ended;
    if (!allowance || !decided) return { status: 'ok' };
    const charged = await this.allowances.charge(mobile, allowance, decided, within, refunds);
    if (!charged.denied) return { status: 'ok', charged };
    await this.commands.waitFor(refunds.run(), within.deadline);
    return { status: 'not-allowed', ...charged.denied };
  }

  /** Refunds what the mobile's slot holds, and then the others, unless its code was tried: what was counted stays then. */
  private async refundMobile(
    request: Omit<SendRefund, 'limits' | 'countedAt'>,
    { limits }: SlotGroup,
    at: number,
    refundOthers: () => Promise<unknown>,
  ): Promise<void> {
    const isTried = await this.single.undoSend(
      { ...request, limits, countedAt: limits.map(() => at) },
      { afterFailure: async (late) => late?.[0] === 'ok' && !wasTried(late) && refundOthers() },
    );
    if (!isTried) await refundOthers();
  }
}
