/**
 * A cap that holds in every window of its length: at most `cap` events in any `lengthMs` milliseconds, wherever the window starts.
 */
export interface Window {
  /** Where a store counts it. */
  key: string;
  /** Events allowed, at least 1. */
  cap: number;
  /** Length in milliseconds. */
  lengthMs: number;
}
