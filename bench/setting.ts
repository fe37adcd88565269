import { type BenchHarness, type Contender, OURS } from './harness';
import { interleaved } from './measure';
import type { Running } from './process';
import { median, ratios, spread, table } from './statistics';

interface Compared {
  name: string;
  /** What it is set to; the first is what the others are compared with. */
  values: readonly [string, ...string[]];
  /** What else is set in all of them. */
  besides?: Readonly<Record<string, string>>;
}

/** With the bench's budget no send is refused: what is read, decided and charged is the same. */
export const ALLOWANCES: Compared = { name: 'ABUSE_POLICY', values: ['off', 'report', 'enforce'] };

/** Lines go to /dev/null. */
export const EVENT_LINES: Compared = { name: 'LOG_EVENTS', values: ['none', 'all'], besides: { LOG_LEVEL: 'info' } };

/** What a setting costs a send: the server and Redis with each of its values, interleaved. */
export async function setting(
  harness: BenchHarness,
  { name, values, besides }: Compared,
  requests: number,
  rounds: number,
): Promise<string> {
  const started: [Contender, Running][] = [];
  for (const value of values) {
    started.push([{ ...OURS, name: value }, await harness.start(OURS, { ...besides, [name]: value })]);
  }
  const all = await interleaved(harness, started, 'sendSmsCode', { requests, rounds });
  for (const [, running] of started) running.stop();
  const rows = all.map(({ contender, server, redis }) => {
    const [ofServer, ofRedis] = [ratios(server, all[0]?.server), ratios(redis, all[0]?.redis)];
    return [
      contender.name,
      ...[median(server).toFixed(0), median(ofServer).toFixed(2), spread(ofServer)],
      ...[median(redis).toFixed(0), median(ofRedis).toFixed(2), spread(ofRedis)],
    ];
  });
  const figures = (of: string) => [`${of} CPU µs/send`, `ratio to ${values[0]}`, 'spread'];
  return table([name, ...figures('server'), ...figures('Redis')], rows);
}
