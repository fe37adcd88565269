import { type BenchHarness, OURS } from './harness';
import { load, OPERATIONS, prepare } from './load';
import { table } from './statistics';

/** Commands that Redis was sent for each request; every one is a script, and a script is one round trip. */
export async function roundTrips(harness: BenchHarness): Promise<string> {
  const running = await harness.start(OURS);
  const rows: string[][] = [];
  for (const operation of OPERATIONS) {
    const requests = 500;
    const calls = await prepare(harness.redis, operation, requests);
    await harness.redis.config('RESETSTAT');
    await load(running.port, 'graphql', operation, calls);
    const stats = await harness.redis.info('commandstats');
    const count = [...stats.matchAll(/cmdstat_(?:evalsha|eval|get|set|getdel|del):calls=(\d+)/g)];
    // Commands inside a script are counted too, under their own names; a request is an EVALSHA or, the first time, an EVAL.
    const scripts = count.filter(([text]) => text.includes('eval')).reduce((sum, [, calls]) => sum + Number(calls), 0);
    rows.push([operation, (scripts / requests).toFixed(2)]);
  }
  running.stop();
  return table(['operation', 'Redis round trips a request'], rows);
}
