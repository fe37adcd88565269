/** Says once in a while that something is due, for each of a few names: so nobody makes a log line repeat by repeating what it tells of. */
export class OnceEvery {
  private readonly lastDue = new Map<string, number>();

  /** @param stopwatch ms of a clock that nobody sets: a clock that was set back would hold a line back for as long. */
  constructor(
    private readonly intervalMs: number,
    private readonly stopwatch: () => number,
  ) {}

  /** True at the first call for this name, and then at the first after each interval. Names are kept: they must be few. */
  isDue(name: string): boolean {
    const now = this.stopwatch();
    const last = this.lastDue.get(name);
    if (last !== undefined && now - last < this.intervalMs) return false;
    this.lastDue.set(name, now);
    return true;
  }
}
