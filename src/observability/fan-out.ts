import type { Logger } from '../log';
import type { DomainEvent, Observer } from '../verification/events';

/** Tells all observers; one that fails must not change what becomes of a request. */
export function fanOut(observers: readonly (Observer | undefined)[], log: Logger): Observer {
  const present = observers.filter((observer) => observer !== undefined);
  return (event: DomainEvent) => {
    for (const observer of present) {
      try {
        observer(event);
      } catch (error) {
        log.error(
          { stack: (error as Error).stack },
          'An observer threw: metrics, traces or event lines may lack something. This is a bug; please report its stack',
        );
      }
    }
  };
}
