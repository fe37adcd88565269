import { type BenchHarness, OURS } from './harness';
import { load, prepare } from './load';
import { median, spread, table } from './statistics';

/** Told of and not enforced, so that no send is refused: read, decided and charged is the same. */
const POLICIES = ['off', 'report'] as const;

/** What the allowances cost a send: the server and Redis with and without them, interleaved. */
export async function allowances(harness: BenchHarness, requests: number, rounds: number): Promise<string> {
  const servers = [];
  for (const policy of POLICIES) {
    const running = await harness.start(OURS, { ABUSE_POLICY: policy });
    servers.push({ policy, running, server: [] as number[], redis: [] as number[] });
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
  const off = servers[0];
  const rows = servers.map(({ policy, server, redis, running }) => {
    running.stop();
    const ratios = (own: readonly number[], base: readonly number[] = []) =>
      own.map((value, i) => value / (base[i] ?? value));
    const [ofServer, ofRedis] = [ratios(server, off?.server), ratios(redis, off?.redis)];
    return [
      policy,
      ...[median(server).toFixed(0), median(ofServer).toFixed(2), spread(ofServer)],
      ...[median(redis).toFixed(0), median(ofRedis).toFixed(2), spread(ofRedis)],
    ];
  });
  const figures = (of: string) => [`${of} CPU µs/send`, 'ratio to off', 'spread'];
  return table(['ABUSE_POLICY', ...figures('server'), ...figures('Redis')], rows);
}
