import { type BenchHarness, OURS } from './harness';
import { load, prepare } from './load';
import { median, spread, table } from './statistics';

interface Compared {
  name: string;
  /** What it is set to; the first is what the others are compared with. */
  values: readonly [string, ...string[]];
  /** What else is set in all of them. */
  besides?: Readonly<Record<string, string>>;
}

/** Told of and not enforced, so that no send is refused: read, decided and charged is the same. */
export const ALLOWANCES: Compared = { name: 'ABUSE_POLICY', values: ['off', 'report'] };

/** Lines go to /dev/null. */
export const EVENT_LINES: Compared = { name: 'LOG_EVENTS', values: ['none', 'all'], besides: { LOG_LEVEL: 'info' } };

/** What a setting costs a send: the server and Redis with each of its values, interleaved. */
export async function setting(
  harness: BenchHarness,
  { name, values, besides }: Compared,
  requests: number,
  rounds: number,
): Promise<string> {
  const servers = [];
  for (const value of values) {
    const running = await harness.start(OURS, { ...besides, [name]: value });
    servers.push({ value, running, server: [] as number[], redis: [] as number[] });
  }
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const { running, server, redis } of servers) {
      const calls = await prepare(harness.redis, 'sendSmsCode', requests);
      const [serverBefore, redisBefore] = [running.cpuMicros(), harness.redisServer.cpuMicros()];
      await load(running.port, 'graphql', 'sendSmsCode', calls);
      if (round < 0) continue;
      server.push((running.cpuMicros() - serverBefore) / requests);
      redis.push((harness.redisServer.cpuMicros() - redisBefore) / requests);
    }
    await harness.redis.flushdb();
  }
  const first = servers[0];
  const rows = servers.map(({ value, server, redis, running }) => {
    running.stop();
    const ratios = (own: readonly number[], base: readonly number[] = []) =>
      own.map((micros, i) => micros / (base[i] ?? micros));
    const [ofServer, ofRedis] = [ratios(server, first?.server), ratios(redis, first?.redis)];
    return [
      value,
      ...[median(server).toFixed(0), median(ofServer).toFixed(2), spread(ofServer)],
      ...[median(redis).toFixed(0), median(ofRedis).toFixed(2), spread(ofRedis)],
    ];
  });
  const figures = (of: string) => [`${of} CPU µs/send`, `ratio to ${values[0]}`, 'spread'];
  return table([name, ...figures('server'), ...figures('Redis')], rows);
}
