import { type BenchHarness, OURS } from './harness';
import { load, OPERATIONS, prepare } from './load';
import { table } from './statistics';

const CHUNK = 5_000;
const READINGS = 5;

/** Memory of the server over many requests of all kinds. */
export async function soak(harness: BenchHarness, requests: number): Promise<string> {
  const running = await harness.start(OURS);
  const rows: string[][] = [];
  let done = 0;
  for (let reading = 1; reading <= READINGS; reading++) {
    while (done < (requests * reading) / READINGS) {
      const operation = OPERATIONS[(done / CHUNK) % OPERATIONS.length] ?? 'imageCaptcha';
      await load(running.port, 'graphql', operation, await prepare(harness.redis, operation, CHUNK));
      done += CHUNK;
      if (done % (CHUNK * 10) === 0) await harness.redis.flushdb();
    }
    rows.push([done.toLocaleString('en'), running.memoryMb().toFixed(0)]);
  }
  running.stop();
  return table(['requests', 'memory MB'], rows);
}
