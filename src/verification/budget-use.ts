import { budgetWarning } from '../limits/rules';
import type { SlidingWindowLimit } from '../limits/sliding-window-limit';
import type { Logger } from '../log';
import { OnceEvery } from '../once-every';
import type { Observer } from './events';

/** Least time between two warnings of one budget by one server, ms. */
const WARNING_EVERY_MS = 60 * 60_000;

/** Tells what messages left of the budgets that they were counted in. */
export class BudgetUse {
  private readonly warnings: OnceEvery;

  /** @param stopwatch ms of a clock that nobody sets. */
  constructor(
    private readonly log: Logger,
    private readonly observe: Observer,
    stopwatch: () => number,
  ) {
    this.warnings = new OnceEvery(WARNING_EVERY_MS, stopwatch);
  }

  /** @param counts of each limit, the message included. */
  tell(limits: readonly SlidingWindowLimit[], counts: readonly number[]): void {
    for (const [i, { rule, subject, cap }] of limits.entries()) {
      const used = counts[i];
      if (used === undefined || (rule !== 'budget' && rule !== 'country-budget')) continue;
      const country = subject.kind === 'country' ? subject.id : undefined;
      this.observe({ type: 'budget-used', used, country });
      // Every send counts up by one, so of all servers exactly one sees this very number. It comes again with each message that is refunded
      // there, and with each that is counted as an old one expires.
      if (used === budgetWarning(cap) && this.warnings.isDue(country ?? '')) {
        this.log.warn({ used, budget: cap, country }, `SMS budget${country ? ` of ${country}` : ''}: 80 % used`);
      }
    }
  }
}
