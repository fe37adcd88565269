import type { Redis } from 'ioredis';
import { type BenchHarness, OURS } from './harness';
import { OPERATIONS } from './load';
import { cost } from './measure';
import { median, table } from './statistics';

const SIZES = [1_000, 100_000, 1_000_000];

/** Whether a request costs more when more captchas, mobiles and clients are alive. */
export async function growth(harness: BenchHarness, requests: number, rounds: number): Promise<string> {
  const running = await harness.start(OURS);
  const rows: string[][] = [];
  for (const size of SIZES) {
    await harness.redis.flushdb();
    await fill(harness.redis, size);
    for (const operation of OPERATIONS) {
      const server: number[] = [];
      const redis: number[] = [];
      for (let round = -1; round < rounds; round++) {
        const spent = await cost(harness, OURS, running, operation, requests);
        if (round < 0) continue;
        server.push(spent.server);
        redis.push(spent.redis);
      }
      rows.push([size.toLocaleString('en'), operation, median(server).toFixed(0), median(redis).toFixed(0)]);
    }
  }
  running.stop();
  await harness.redis.flushdb();
  return table(['live keys', 'operation', 'server CPU µs/request', 'Redis CPU µs/request'], rows);
}

/** Live captchas and codes, as many of one as of the other. */
async function fill(redis: Redis, count: number): Promise<void> {
  for (let done = 0; done < count; done += 10_000) {
    const pipeline = redis.pipeline();
    for (let i = done; i < Math.min(done + 10_000, count); i += 2) {
      pipeline.set(`img:live-${i}`, 'ABCDE', 'EX', 3600);
      pipeline.set(`sms:19${String(i).padStart(9, '0')}`, '123456', 'EX', 3600);
    }
    await pipeline.exec();
  }
}
