import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';

/** Limits whose keys share a slot of a Redis Cluster, and so can be counted by one script. */
export interface SlotGroup {
  limits: SlidingWindowLimit[];
  keys: string[];
  /** Where each of them stands in the caller's list. */
  indexes: number[];
}

/** What Redis hashes of a key: the part in braces, or all of it. */
const hashTag = (key: string): string => /\{([^}]+)\}/.exec(key)?.[1] ?? key;

/** Limits by slot: those beside `ownKey`, and the others. */
export function bySlot(
  limits: readonly SlidingWindowLimit[],
  keyOf: (limit: SlidingWindowLimit) => string,
  ownKey: string,
): { own: SlotGroup; others: SlotGroup[] } {
  const groups = new Map<string, SlotGroup>();
  const group = (key: string): SlotGroup => {
    const found = groups.get(hashTag(key)) ?? { limits: [], keys: [], indexes: [] };
    groups.set(hashTag(key), found);
    return found;
  };
  const own = group(ownKey);
  for (const [index, limit] of limits.entries()) {
    const key = keyOf(limit);
    const { limits: its, keys, indexes } = group(key);
    its.push(limit);
    keys.push(key);
    indexes.push(index);
  }
  return { own, others: [...groups.values()].filter((g) => g !== own) };
}
