import type { StoreKeys } from '../keys';
import type { Listing, ListName, OperatorStore } from '../operator-store';
import type { ExpiringEntries } from './expiring-entries';

export type MemoryListing = Omit<Listing, 'leftMs'>;

/** What operators see and change of the in-process store; no command reaches it from outside, since it lives in the server. */
export class MemoryOperatorStore implements OperatorStore {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  async list(mobile: string, list: ListName, reason: string, lifeMs: number): Promise<void> {
    this.entries.makeRoom(1);
    const listing: MemoryListing = { list, reason, since: this.clock() };
    this.entries.set(this.keys.listed(mobile), listing, lifeMs);
  }

  async unlist(mobile: string): Promise<ListName | undefined> {
    const key = this.keys.listed(mobile);
    const listing = this.entries.get<MemoryListing>(key);
    this.entries.delete(key);
    return listing?.list;
  }
}
