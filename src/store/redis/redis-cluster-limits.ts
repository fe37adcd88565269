import { gradedCap, type SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type { StoreKeys } from '../keys';
import type { RedisCommands, RunOptions } from './redis-commands';
import { limitArguments } from './redis-store';
import type { Refunds } from './refunds';
import { bySlot, type SlotGroup } from './slot-groups';

type Deadline = Required<Pick<RunOptions, 'deadline'>>;

/** Limits on a cluster, where they live in many slots: they are checked all at once, and counted slot by slot. */
export class RedisClusterLimits {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {}

  groups(limits: readonly SlidingWindowLimit[], ownKey: string): { own: SlotGroup; others: SlotGroup[] } {
    return bySlot(limits, (limit) => this.keys.limit(limit), ownKey);
  }

  /** Whether all limits have room, and what each would count with one more. */
  async check(
    groups: readonly SlotGroup[],
    within: Deadline,
  ): Promise<{ refusal?: { limit: number; waitMs: number }; counts: number[] }> {
    const counts: number[] = [];
    const waits = await Promise.all(
      groups.map(async ({ limits, keys, indexes }) => {
        const [first] = keys;
        if (first === undefined) return { limit: 0, waitMs: 0 };
        const reply = await this.commands.run('check', [first, ...keys], [`0${limitArguments(limits)}`], within);
        const [, , , limit, waitMs, ...events] = reply;
        for (const [i, index] of indexes.entries()) counts[index] = Number(events[i]);
        return { limit: indexes[Number(limit)] ?? 0, waitMs: Number(waitMs) };
      }),
    );
    const longest = waits.reduce((a, b) => (b.waitMs > a.waitMs ? b : a), { limit: 0, waitMs: 0 });
    return longest.waitMs > 0 ? { refusal: longest, counts } : { counts };
  }

  /** Counts in one slot after the other. The first that refuses ends it, and what was counted before is refunded. */
  async countAll(
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

export function withGradedCap(limits: readonly SlidingWindowLimit[], counts: readonly number[]): SlidingWindowLimit[] {
  const everyone = limits.findIndex(({ rule }) => rule === 'captchas-live');
  const cap = limits[everyone]?.cap;
  if (cap === undefined) return [...limits];
  const live = (counts[everyone] ?? 1) - 1;
  return limits.map((limit) =>
    limit.rule === 'captcha-network-minute' ? { ...limit, cap: gradedCap(limit.cap, live, cap) } : limit,
  );
}
