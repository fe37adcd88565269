import { Connections } from './connections';
import { BARE, type BenchHarness, OURS, USUAL } from './harness';
import { CONNECTIONS, prepare, requestsFor } from './load';
import { percentile, table } from './statistics';

const PER_SECOND = 500;
const SECONDS = 5;

/** How long a send takes while a server is asked for a steady number of them, which each of them can do. */
export async function paced(harness: BenchHarness, rounds: number): Promise<string> {
  const servers = [];
  for (const contender of [BARE, OURS, USUAL]) {
    servers.push({ ...contender, running: await harness.start(contender), took: [] as number[] });
  }
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const { running, dialect, took } of round % 2 ? [...servers].reverse() : servers) {
      const calls = await prepare(harness.redis, 'sendSmsCode', PER_SECOND * SECONDS);
      const connections = await Connections.open(running.port, CONNECTIONS);
      const times = await connections.pace(requestsFor(dialect, 'sendSmsCode', calls), PER_SECOND);
      connections.close();
      if (round >= 0) took.push(...times);
    }
    await harness.redis.flushdb();
  }
  const rows = servers.map(({ name, running, took }) => {
    running.stop();
    return [name, ...[50, 99, 99.9].map((percent) => percentile(took, percent).toFixed(1))];
  });
  return table([`${PER_SECOND} sends a second`, 'p50 ms', 'p99 ms', 'p99.9 ms'], rows);
}
