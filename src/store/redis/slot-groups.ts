import type { Window } from '../../limits/window';

/** Windows whose keys share a slot of a Redis Cluster, and so can be counted by one script. */
export interface SlotGroup {
  windows: Window[];
  /** Where each of them stands in the caller's list. */
  indexes: number[];
}

/** What Redis hashes of a key: the part in braces, or all of it. */
const hashTag = (key: string): string => /\{([^}]+)\}/.exec(key)?.[1] ?? key;

/** Windows by slot: those beside `ownKey`, and the others. */
export function bySlot(windows: readonly Window[], ownKey: string): { own: SlotGroup; others: SlotGroup[] } {
  const groups = new Map<string, SlotGroup>();
  const group = (key: string): SlotGroup => {
    const found = groups.get(hashTag(key)) ?? { windows: [], indexes: [] };
    groups.set(hashTag(key), found);
    return found;
  };
  const own = group(ownKey);
  for (const [index, window] of windows.entries()) {
    const { windows, indexes } = group(window.key);
    windows.push(window);
    indexes.push(index);
  }
  return { own, others: [...groups.values()].filter((g) => g !== own) };
}
