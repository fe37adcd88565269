import { BARE, type BenchHarness, OURS, USUAL } from './harness';
import { load, OPERATIONS, prepare } from './load';
import { median, percentile, spread, table } from './statistics';

/** CPU per request beside a bare server and one built in the usual way: the same work, interleaved, on one Redis. */
export async function compare(harness: BenchHarness, requests: number, rounds: number): Promise<string> {
  const servers = [];
  for (const contender of [BARE, OURS, USUAL]) servers.push({ ...contender, running: await harness.start(contender) });
  const rows: string[][] = [];
  for (const operation of OPERATIONS) {
    const cpu = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
    const times = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      for (const { name, dialect, running } of servers) {
        const calls = await prepare(harness.redis, operation, requests);
        const before = running.cpuMicros();
        const took = await load(running.port, dialect, operation, calls);
        if (round < 0) continue;
        cpu.get(name)?.push((running.cpuMicros() - before) / requests);
        times.get(name)?.push(...took);
      }
      await harness.redis.flushdb();
    }
    const bare = cpu.get(BARE.name) ?? [];
    for (const { name } of servers) {
      const own = cpu.get(name) ?? [];
      const ratios = own.map((value, i) => value / (bare[i] ?? value));
      const took = times.get(name) ?? [];
      rows.push([
        operation,
        name,
        median(own).toFixed(0),
        median(ratios).toFixed(2),
        spread(ratios),
        percentile(took, 50).toFixed(1),
        percentile(took, 99).toFixed(1),
      ]);
    }
  }
  const starts = servers.map(({ name, running }) => [
    name,
    running.coldStartMs.toFixed(0),
    running.memoryMb().toFixed(0),
  ]);
  for (const { running } of servers) running.stop();
  return [
    table(['operation', 'server', 'CPU µs/request', 'ratio to bare', 'spread', 'p50 ms', 'p99 ms'], rows),
    table(['server', 'start to first answer ms', 'memory after MB'], starts),
  ].join('\n');
}
