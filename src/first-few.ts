/**
 * Says what of many a log is to be told: each name once in a while, and a few of them in all, since strangers choose them. Whoever uses up the few
 * keeps the next ones out of the log for no longer than that.
 */
export class FirstFew {
  private readonly told = new Set<string>();
  private since = Number.NEGATIVE_INFINITY;

  /**
   * @param max names within an interval, which are kept.
   * @param stopwatch ms of a clock that nobody sets.
   */
  constructor(
    private readonly max: number,
    private readonly intervalMs: number,
    private readonly stopwatch: () => number,
  ) {}

  isDue(name: string): boolean {
    const now = this.stopwatch();
    if (now - this.since >= this.intervalMs) {
      this.told.clear();
      this.since = now;
    }
    if (this.told.has(name) || this.told.size >= this.max) return false;
    this.told.add(name);
    return true;
  }
}
