import { performance } from 'node:perf_hooks';

/** A call that is waited for until `deadline`, a moment of this process's monotonic clock. */
export interface Waiting {
  readonly deadline: number;
  giveUp(): void;
}

/** Gives up calls whose deadline has passed: by one timer for all of them, since nearly all are answered long before. */
export class Deadlines {
  private readonly open = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
  /** When the timer looks next. */
  private next = Number.POSITIVE_INFINITY;

  add(call: Waiting): void {
    this.open.add(call);
    if (call.deadline < this.next) this.lookAt(call.deadline);
  }

  delete(call: Waiting): void {
    this.open.delete(call);
  }

  private lookAt(moment: number): void {
    clearTimeout(this.timer);
    this.next = moment;
    const ms = Math.max(0, Math.ceil(moment - performance.now()));
    // An answer that is there already, behind whatever kept this process busy, is read first.
    this.timer = setTimeout(() => setImmediate(() => this.look()), ms).unref();
  }

  private look(): void {
    this.next = Number.POSITIVE_INFINITY;
    const now = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.open) {
      if (call.deadline > now) {
        earliest = Math.min(earliest, call.deadline);
        continue;
      }
      this.open.delete(call);
      call.giveUp();
    }
    if (earliest < this.next) this.lookAt(earliest);
  }
}
