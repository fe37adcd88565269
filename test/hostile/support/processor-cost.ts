import type { ServerProcess } from '../../harness/server-process';

/** Processor time that a server takes for so many requests, one after another, ms. */
export async function processorCost(
  server: ServerProcess,
  count: number,
  ask: () => Promise<unknown>,
): Promise<number> {
  const before = server.processorMs;
  for (let i = 0; i < count; i++) await ask();
  return server.processorMs - before;
}
