/** Origins in an hour: a program may make up any, and one's own front end may be the second. */
const MAX_LOGGED = 10;
const LOGGED_EVERY_MS = 60 * 60_000;
const LONGEST_LOGGED = 200;

/**
 * Says which refused origins a log is told of: each once an hour, and ten at most, since strangers choose them. Whoever uses up the ten keeps
 * the next ones out of the log for no longer than that.
 */
export class LoggedOrigins {
  private readonly told = new Set<string>();
  private since = Number.NEGATIVE_INFINITY;

  /** @param stopwatch ms of a clock that nobody sets. */
  constructor(private readonly stopwatch: () => number) {}

  /** What to log of an origin now: its beginning, or undefined for nothing. */
  toLog(origin: string): string | undefined {
    const now = this.stopwatch();
    if (now - this.since >= LOGGED_EVERY_MS) {
      this.told.clear();
      this.since = now;
    }
    const name = origin.slice(0, LONGEST_LOGGED);
    if (this.told.has(name) || this.told.size >= MAX_LOGGED) return undefined;
    this.told.add(name);
    return name;
  }
}
