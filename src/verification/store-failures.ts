import type { Logger } from '../log';
import { OnceEvery } from '../once-every';
import type { StoreUnavailableError } from '../store/store';

/** Least time between two lines that say the same, ms: during an outage everybody's requests fail, and anybody could fill a disk with them. */
const EVERY_MS = 1_000;

/** Tells the log of calls that the store failed: the first of each kind in a second, and how many went untold before it. */
export class StoreFailures {
  private readonly lines: OnceEvery;
  private readonly untold = new Map<string, number>();

  /** @param stopwatch ms of a clock that nobody sets. */
  constructor(
    private readonly log: Pick<Logger, 'error'>,
    stopwatch: () => number,
  ) {
    this.lines = new OnceEvery(EVERY_MS, stopwatch);
  }

  /** @param message what could not be done, one of a few texts. */
  tell(
    { message: error }: StoreUnavailableError,
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const untold = this.untold.get(message) ?? 0;
    if (!this.lines.isDue(message)) {
      this.untold.set(message, untold + 1);
      return;
    }
    this.untold.delete(message);
    this.log.error({ ...fields, error, untold: untold || undefined }, message);
  }
}
