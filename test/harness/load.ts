/** What became of one call under load. */
export interface Call<T> {
  /** ms since the load began. */
  begunAt: number;
  tookMs: number;
  /** Undefined where the connection failed. */
  answer: T | undefined;
}

const running = new Set<Load<unknown>>();
// A test that failed before it stopped its load must not leave it to the next ones, or keep the process from ending.
if (typeof afterEach === 'function') {
  afterEach(() => {
    for (const load of running) load.abandon();
  });
}

/** Calls again and again, `lanes` at a time, until it is stopped, or its test ends. */
export class Load<T> {
  readonly calls: Call<T>[] = [];
  private readonly begun = performance.now();
  private readonly lanes: Promise<void>[];
  private stopped = false;

  /** `pauseMs` after each call keeps a failing one from turning into a busy loop. */
  constructor(lanes: number, call: (lane: number) => Promise<T>, pauseMs = 5) {
    running.add(this);
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

  /** Begins no further call, and waits for none. */
  abandon(): void {
    this.stopped = true;
    running.delete(this);
  }

  /** Resolves once every call under way is answered. */
  async stop(): Promise<Call<T>[]> {
    this.abandon();
    await Promise.all(this.lanes);
    return this.calls;
  }
}
