import type { StoreKeys } from '../keys';
import { normalisedAnswer, type SendRefund, type SendReservation, type SendReserved } from '../store';
import { RedisClusterAllowances } from './redis-cluster-allowances';
import { RedisClusterLimits } from './redis-cluster-limits';
import type { RedisCommands, RunOptions } from './redis-commands';
import { RedisStore } from './redis-store';
import { Refunds } from './refunds';
import { askerOf, limitArguments, sparedBits } from './script-arguments';
import { notReserved, previousCode } from './script-replies';
import type { SlotGroup } from './slot-groups';

type Deadline = Required<Pick<RunOptions, 'deadline'>>;

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
      this.limits.refundLatest(solved).catch(() => undefined),
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
      const ended = await this.limits.countAll(others, within, refunds, note);
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
          `${ttlMs},${lockout.maxFailures},${lockout.lockoutMs},${sparedBits(own.limits)}${limitArguments(own.limits)}`,
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
          countedAt: charged?.deviceAt === undefined ? countedAt : [...countedAt, charged.deviceAt],
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

  async refund({ limits, countedAt, ...request }: SendRefund): Promise<void> {
    const { own, others } = this.limits.groups(limits, this.keys.code(request.mobile));
    const at = (group: SlotGroup) => countedAt[group.indexes[0] ?? 0] ?? 0;
    if (await this.refundMobile(request, own, at(own))) return;
    const steps = [
      ...others.map((group) => this.limits.refundCount(group, at(group))),
      ...(request.allowance ? [this.allowances.refund(request.allowance)] : []),
    ];
    // One of these that fails must not keep the others from being refunded, and is told all the same.
    const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
    if (failed) throw failed.reason;
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

  /** Resolves with whether its code was tried, so that what was counted stays. */
  private refundMobile(
    { mobile, uuid, code, previous, allowance }: Omit<SendRefund, 'limits' | 'countedAt'>,
    own: SlotGroup,
    at: number,
  ): Promise<boolean> {
    return this.single.undoSend({
      mobile,
      uuid,
      code,
      previous,
      allowance,
      limits: own.limits,
      countedAt: own.limits.map(() => at),
    });
  }
}
