/** What became of one call under load. */
export interface Call<T> {
  /** ms since the load began. */
  begunAt: number;
  tookMs: number;
  /** Undefined where the connection failed. */
  answer: T | undefined;
}

/** Calls again and again, `lanes` at a time, until it is stopped. */
export class Load<T> {
  readonly calls: Call<T>[] = [];
  private readonly begun = performance.now();
  private readonly lanes: Promise<void>[];
  private stopped = false;

  /** `pauseMs` after each call keeps a failing one from turning into a busy loop. */
  constructor(lanes: number, call: (lane: number) => Promise<T>, pauseMs = 5) {
    this.lanes = Array.from({ length: lanes }, async (_, lane) => {
      while (!this.stopped) {
        const begunAt = this.now();
        const answer = await call(lane).catch(() => undefined);
        this.calls.push({ begunAt, tookMs: this.now() - begunAt, answer });
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    });
  }

  /** ms since it began. */
  now(): number {
    return performance.now() - this.begun;
  }

  /** Resolves once every call under way is answered. */
  async stop(): Promise<Call<T>[]> {
    this.stopped = true;
    await Promise.all(this.lanes);
    return this.calls;
  }
}
