import { performance } from 'node:perf_hooks';
import { StoreUnavailableError } from '../store';

/** A call that somebody waits for until `deadline`, a moment of this process's monotonic clock. */
interface Waiting {
  readonly deadline: number;
  /** Its index among the waiting calls. */
  place: number;
  giveUp(): void;
}

/**
 * Gives up calls whose deadline has passed: by one timer for all of them, since nearly all are answered long before.
 *
 * The calls stand in an array whose places are used again. A Set that is filled and emptied all the time leaves old hash tables behind,
 * which keep their calls, and all that these refer to, alive until the next full garbage collection.
 */
export class Deadlines {
  private readonly places: (Waiting | undefined)[] = [];
  private readonly free: number[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** When the timer looks next. */
  private next = Number.POSITIVE_INFINITY;

  /**
   * @param explained adds to the text of a failure what the failed call itself doesn't know.
   * @param timeoutMs how long a call may take, ms, of which earlier steps may leave a later one little.
   */
  constructor(
    private readonly explained: (message: string) => string,
    private readonly timeoutMs: number,
  ) {}

  /** The answer, or StoreUnavailableError once the deadline has passed; an answer that comes later goes to `late`. */
  bound<T>(answer: Promise<T>, deadline: number, late?: (answer: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const ms = Math.max(this.timeoutMs, deadline - performance.now());
      const call = {
        deadline,
        place: -1,
        giveUp: () =>
          reject(new StoreUnavailableError(this.explained(`Redis did not answer within ${Math.round(ms)} ms`))),
      };
      this.add(call);
      answer.then(
        (value) => {
          if (this.delete(call)) resolve(value);
          else late?.(value);
        },
        (error: Error) => {
          this.delete(call);
          // Only the text: the client's errors carry the command's arguments, codes among them.
          reject(new StoreUnavailableError(this.explained(error.message)));
        },
      );
    });
  }

  private add(call: Waiting): void {
    call.place = this.free.pop() ?? this.places.length;
    this.places[call.place] = call;
    if (call.deadline < this.next) this.lookAt(call.deadline);
  }

  /** Returns whether it was still waited for. */
  private delete(call: Waiting): boolean {
    if (this.places[call.place] !== call) return false;
    this.places[call.place] = undefined;
    this.free.push(call.place);
    return true;
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
    for (const call of this.places) {
      if (!call) continue;
      if (call.deadline > now) {
        earliest = Math.min(earliest, call.deadline);
      } else if (this.delete(call)) {
        call.giveUp();
      }
    }
    if (earliest < this.next) this.lookAt(earliest);
  }
}
