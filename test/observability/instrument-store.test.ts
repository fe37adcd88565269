import { observedStore } from '../../src/observability/instrument-store';
import type { Store } from '../../src/store/store';
import type { DomainEvent } from '../../src/verification/events';

test('given each step of the store, then it is told by its own name, once, and what it answers is handed on', async () => {
  const told: DomainEvent[] = [];
  const answering = new Proxy({}, { get: (_, step) => async () => `answer of ${String(step)}` });
  const { close: _, ...steps } = observedStore(answering as Store, (event) => told.push(event));
  for (const [name, step] of Object.entries(steps) as [string, () => Promise<unknown>][]) {
    expect(await step()).toBe(`answer of ${name}`);
    expect(told.splice(0)).toEqual([
      { type: 'store-answered', operation: name, outcome: 'ok', durationMs: expect.any(Number) },
    ]);
  }
});
