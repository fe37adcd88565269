import type { LockoutPolicy } from '../../limits/rules';
import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type { StoreKeys } from '../keys';
import type { SendReserved } from '../store';
import type { RedisCommands, RunOptions } from './redis-commands';
import type { Refunds } from './refunds';
import { limitArguments, sparedBits } from './script-arguments';
import { bySlot, type SlotGroup } from './slot-groups';

type Deadline = Required<Pick<RunOptions, 'deadline'>>;
type Refusal = Extract<SendReserved, { status: 'refused' | 'locked' | 'blocked' }>;

/** Limits on a cluster, where they live in many slots: they are checked all at once, and counted slot by slot. */
export class RedisClusterLimits {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {}

  groups(limits: readonly SlidingWindowLimit[], ownKey: string): { own: SlotGroup; others: SlotGroup[] } {
    return bySlot(limits, (limit) => this.keys.limit(limit), ownKey);
  }

  /**
   * Whether all limits have room, and what each would count with one more. With `of`, the first group is that mobile's, and is asked
   * whether it is blocked or locked as well.
   */
  async check(
    groups: readonly SlotGroup[],
    within: Deadline,
    of?: { mobile: string; lockout: LockoutPolicy },
  ): Promise<{ refusal?: Refusal; counts: number[] }> {
    const counts: number[] = [];
    const refusals = await Promise.all(
      groups.map(async (group, i): Promise<Refusal | undefined> => {
        const { limits, keys, indexes } = group;
        const [first = ''] = keys;
        const own = i === 0 ? of : undefined;
        if (!own && keys.length === 0) return undefined;
        const standing = own ? [this.keys.failures(own.mobile), this.keys.listed(own.mobile)] : [first, first];
        const numbers = `${own?.lockout.maxFailures ?? 0},${own?.lockout.lockoutMs ?? 0},${sparedBits(limits)}${limitArguments(limits)}`;
        const reply = await this.commands.run('check', [...standing, ...keys], [numbers], within);
        const [, , locked, blocked, limit, waitMs, ...events] = reply;
        for (const [j, index] of indexes.entries()) counts[index] = Number(events[j]);
        if (Number(blocked) > 0) return { status: 'blocked', waitMs: Number(blocked) };
        if (Number(locked) > 0) return { status: 'locked', waitMs: Number(locked) };
        if (Number(waitMs) === 0) return undefined;
        return { status: 'refused', limit: indexes[Number(limit)] ?? 0, waitMs: Number(waitMs) };
      }),
    );
    return { refusal: worst(refusals), counts };
  }

  /** Counts in one slot after the other. The first that refuses ends it, and what was counted before is refunded. */
  async countAll(
    groups: readonly SlotGroup[],
    within: Deadline,
    refunds: Refunds,
    note: (group: SlotGroup, at: number, events: readonly number[]) => void,
  ): Promise<{ status: 'refused'; limit: number; waitMs: number } | undefined> {
    for (const group of groups) {
      const reply = await this.commands.run('count', group.keys, [limitArguments(group.limits).slice(1)], {
        ...within,
        afterFailure: async (late) => late?.[0] === 'ok' && this.refundCount(group, late[1]),
      });
      if (reply[0] !== 'ok') {
        await this.commands.waitFor(refunds.run(), within.deadline);
        return { status: 'refused', limit: group.indexes[Number(reply[2])] ?? 0, waitMs: Number(reply[3]) };
      }
      refunds.add(() => this.refundCount(group, reply[1]));
      note(group, reply[1], reply.slice(2).map(Number));
    }
    return undefined;
  }

  /** Counts in one limit; ms to wait if it refuses. */
  async countOne(limit: SlidingWindowLimit | undefined, within: Deadline, refunds: Refunds): Promise<number> {
    if (!limit) return 0;
    const group: SlotGroup = { limits: [limit], keys: [this.keys.limit(limit)], indexes: [0] };
    const ended = await this.countAll([group], within, refunds, () => undefined);
    return ended?.waitMs ?? 0;
  }

  async refundCount({ limits, keys }: SlotGroup, at: number): Promise<void> {
    await this.commands.run('refund_count', keys, [`${at}${limitArguments(limits)}`]);
  }

  async refundLatest(limits: readonly SlidingWindowLimit[]): Promise<void> {
    const { others } = this.groups(limits, '');
    await Promise.all(others.map((group) => this.refundCount(group, 0)));
  }
}

/** A block or a lockout, else the longest wait. */
function worst(refusals: readonly (Refusal | undefined)[]): Refusal | undefined {
  const present = refusals.filter((refusal) => refusal !== undefined);
  const standing = present.find(({ status }) => status !== 'refused');
  return standing ?? present.sort((a, b) => b.waitMs - a.waitMs)[0];
}
