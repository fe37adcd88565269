import type { BenchHarness, Contender } from './harness';
import { CONNECTIONS, load, type OperationName, prepare } from './load';
import type { Running } from './process';

/** CPU of a server and of Redis, µs a request. */
export interface Cost {
  server: number;
  redis: number;
}

export interface Measured {
  contender: Contender;
  /** By round. */
  server: number[];
  redis: number[];
}

/** What so many requests of one kind cost a server. */
export async function cost(
  { redis, redisServer }: BenchHarness,
  { dialect }: Contender,
  running: Running,
  operation: OperationName,
  requests: number,
  connections = CONNECTIONS,
): Promise<Cost> {
  const calls = await prepare(redis, operation, requests);
  const [serverBefore, redisBefore] = [running.cpuMicros(), redisServer.cpuMicros()];
  await load(running.port, dialect, operation, calls, connections);
  return {
    server: (running.cpuMicros() - serverBefore) / requests,
    redis: (redisServer.cpuMicros() - redisBefore) / requests,
  };
}

/** Every server in every round; the order is turned round from one round to the next. The first round warms up. */
export async function interleaved(
  harness: BenchHarness,
  started: readonly [Contender, Running][],
  operation: OperationName,
  { requests, rounds, connections }: { requests: number; rounds: number; connections?: number },
): Promise<Measured[]> {
  const all = started.map(([contender, running]) => ({
    contender,
    running,
    server: [] as number[],
    redis: [] as number[],
  }));
  for (let round = -1; round < rounds; round++) {
    for (const { contender, running, server, redis } of round % 2 ? [...all].reverse() : all) {
      const spent = await cost(harness, contender, running, operation, requests, connections);
      if (round < 0) continue;
      server.push(spent.server);
      redis.push(spent.redis);
    }
    await harness.redis.flushdb();
  }
  return all;
}
