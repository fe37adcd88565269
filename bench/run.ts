/**
 * `npm run bench`: all of it; `npm run bench -- compare`: a part. --requests N and --rounds N for each measurement,
 * --soak N requests.
 */
import { parseArgs } from 'node:util';
import { compare } from './compare';
import { growth } from './growth';
import { BenchHarness } from './harness';
import { paced } from './paced';
import { pinLoad } from './process';
import { replay } from './replay';
import { roundTrips } from './round-trips';
import { ALLOWANCES, EVENT_LINES, setting } from './setting';
import { soak } from './soak';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      requests: { type: 'string', default: '4000' },
      rounds: { type: 'string', default: '9' },
      soak: { type: 'string', default: '500000' },
    },
  });
  const [requests, rounds] = [Number(values.requests), Number(values.rounds)];
  const pinned = pinLoad();
  const harness = await BenchHarness.open();
  const parts: Record<string, () => Promise<string>> = {
    compare: () => compare(harness, requests, rounds),
    paced: () => paced(harness, Math.min(rounds, 5)),
    allowances: () => setting(harness, ALLOWANCES, requests, rounds),
    events: () => setting(harness, EVENT_LINES, requests, rounds),
    'round-trips': () => roundTrips(harness),
    replay: () => replay(harness, rounds),
    growth: () => growth(harness, requests, 3),
    soak: () => soak(harness, Number(values.soak)),
  };
  const chosen = positionals.length > 0 ? positionals : Object.keys(parts);
  print(
    `Node ${process.version}, ${requests} requests × ${rounds} rounds a measurement, 32 connections, ` +
      `${pinned ? 'servers on one core, load and Redis on another' : 'nothing pinned (taskset is missing)'}\n`,
  );
  try {
    for (const name of chosen) {
      const part = parts[name];
      if (!part) throw new Error(`There is no part "${name}": ${Object.keys(parts).join(', ')}`);
      print(`\n${name}\n\n${await part()}`);
    }
  } finally {
    harness.close();
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
