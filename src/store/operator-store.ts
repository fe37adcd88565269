/** What an operator decided for a mobile: never send to it; or let its own caps not refuse it. */
export type ListName = 'blocked' | 'allowed';

export interface Listing {
  list: ListName;
  /** Why, in the operator's words. */
  reason: string;
  /** ms since the epoch on the store's clock. */
  since: number;
  /** How long it holds still, ms. */
  leftMs: number;
}

/**
 * The border to what operators see and change of the store, apart from what requests need. Each method fails with StoreUnavailableError
 * within a bounded time. Every adapter passes test/store/contract-operator.ts.
 */
export interface OperatorStore {
  /** Puts a mobile on a list, in place of whatever list it was on. `reason` is one line. */
  list(mobile: string, list: ListName, reason: string, lifeMs: number): Promise<void>;
  /** Takes a mobile off its list. */
  unlist(mobile: string): Promise<ListName | undefined>;
}
