import { BARE, BARE_LIMITS, type BenchHarness, type Contender, FAST_PATH_OFF, OURS, USUAL } from './harness';
import { CONNECTIONS, OPERATIONS } from './load';
import { interleaved } from './measure';
import type { Running } from './process';
import { median, ratios, spread, table } from './statistics';

const CONTENDERS = [BARE, BARE_LIMITS, OURS, FAST_PATH_OFF, USUAL];
const OTHER_CONNECTIONS = [1, 256];

/** CPU per request beside a bare server and one built in the usual way: the same work, interleaved, on one Redis. */
export async function compare(harness: BenchHarness, requests: number, rounds: number): Promise<string> {
  const started: [Contender, Running][] = [];
  for (const contender of CONTENDERS) started.push([contender, await harness.start(contender)]);
  const rows: string[][] = [];
  const others: string[][] = [];
  for (const operation of OPERATIONS) {
    const measure = (connections: number) =>
      interleaved(harness, started, operation, { requests, rounds, connections });
    const all = await measure(CONNECTIONS);
    const byConnections = [];
    for (const connections of OTHER_CONNECTIONS) byConnections.push(await measure(connections));
    for (const [i, { contender, server, redis }] of all.entries()) {
      const [ofServer, ofRedis] = [ratios(server, all[0]?.server), ratios(redis, all[0]?.redis)];
      rows.push([
        ...[operation, contender.name],
        ...[median(server).toFixed(0), median(ofServer).toFixed(2), spread(ofServer)],
        ...[median(redis).toFixed(0), median(ofRedis).toFixed(2)],
      ]);
      const beside = byConnections.flatMap((own) => {
        const values = own[i]?.server ?? [];
        return [median(values).toFixed(0), median(ratios(values, own[0]?.server)).toFixed(2)];
      });
      others.push([operation, contender.name, ...beside]);
    }
  }
  const starts = started
    // A server that is compiled while it starts is no measure of either.
    .filter(([contender]) => contender !== FAST_PATH_OFF && contender !== BARE_LIMITS)
    .map(([{ name }, running]) => [name, running.coldStartMs.toFixed(0), running.memoryMb().toFixed(0)]);
  for (const [, running] of started) running.stop();
  const head = ['operation', 'server'];
  return [
    table([...head, 'CPU µs/request', 'ratio to bare', 'spread', 'Redis CPU µs/request', 'ratio to bare'], rows),
    table(
      [...head, ...OTHER_CONNECTIONS.flatMap((n) => [`µs, ${n} connection${n > 1 ? 's' : ''}`, 'ratio to bare'])],
      others,
    ),
    table(['server', 'start to first answer ms', 'memory after MB'], starts),
  ].join('\n');
}
