import { budgetWarning } from '../limits/rules';
import type { SlidingWindowLimit } from '../limits/sliding-window-limit';
import type { Logger } from '../log';
import type { Observer } from './events';

/** Tells what a message left of the budgets that it was counted in. `counts`: of each limit, this message included. */
export function tellBudgets(
  { log, observe }: { log: Logger; observe: Observer },
  limits: readonly SlidingWindowLimit[],
  counts: readonly number[],
): void {
  for (const [i, { rule, subject, cap }] of limits.entries()) {
    const used = counts[i];
    if (used === undefined || (rule !== 'budget' && rule !== 'country-budget')) continue;
    const country = subject.kind === 'country' ? subject.id : undefined;
    observe({ type: 'budget-used', used, country });
    // Every send counts up by one, so of all servers exactly one sees this very number.
    if (used === budgetWarning(cap)) {
      log.warn({ used, budget: cap, country }, `SMS budget${country ? ` of ${country}` : ''}: 80 % used`);
    }
  }
}
