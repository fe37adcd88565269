import { pino } from 'pino';
import { ClockSkew } from '../../src/store/redis/clock-skew';
import type { LogLine } from '../harness/server-process';

const APART = "This server's clock and Redis' are apart: set the clock that is wrong (NTP)";
const AGREE = "This server's clock and Redis' agree again";

describe('The clocks of this process and of Redis', () => {
  const START = 1_000_000_000;
  let now: number;
  let lines: LogLine[];
  let skew: ClockSkew;

  beforeEach(() => {
    now = START;
    lines = [];
    const log = pino({ base: undefined, timestamp: false }, { write: (line) => void lines.push(JSON.parse(line)) });
    skew = new ClockSkew(() => now, log);
  });

  /** What is said of a reading that took so long, of a Redis that is so far ahead. */
  function said(aheadMs: number, { tookMs = 0, node = '' } = {}): LogLine[] {
    lines.length = 0;
    const askedAt = now;
    now += tookMs;
    skew.read(node, now - tookMs / 2 + aheadMs, askedAt);
    return [...lines];
  }

  test.each([
    [60_000, { seconds: 60, redis: 'ahead' }],
    [-60_000, { seconds: 60, redis: 'behind' }],
    [660_400, { seconds: 660, redis: 'ahead' }],
  ])('%d ms apart are warned of once, until they agree', (aheadMs, fields) => {
    expect(said(aheadMs)).toEqual([{ level: 40, ...fields, msg: APART }]);
    for (const later of [aheadMs, -aheadMs, 59_999, 30_000, -30_000]) expect(said(later)).toEqual([]);
    expect(said(29_999)).toEqual([{ level: 30, msg: AGREE }]);
    expect(said(0)).toEqual([]);
    expect(said(aheadMs)).toHaveLength(1);
  });

  test.each([0, 59_999, -59_999])('%d ms apart are not told of', (aheadMs) => {
    expect(said(aheadMs)).toEqual([]);
  });

  test('an answer that took long proves nothing that a shorter one would deny', () => {
    expect(said(61_000, { tookMs: 4_000 })).toEqual([]);
    expect(said(-61_000, { tookMs: 4_000 })).toEqual([]);
    expect(said(62_000, { tookMs: 4_000 })).toMatchObject([{ seconds: 62, msg: APART }]);
    expect(said(29_000, { tookMs: 4_000 })).toEqual([]);
    expect(said(27_000, { tookMs: 4_000 })).toMatchObject([{ msg: AGREE }]);
  });

  test('each node of a cluster is told of by itself', () => {
    expect(said(90_000, { node: '10.0.0.1:6379' })).toMatchObject([{ node: '10.0.0.1:6379', seconds: 90 }]);
    expect(said(0, { node: '10.0.0.2:6379' })).toEqual([]);
    expect(said(90_000, { node: '10.0.0.2:6379' })).toMatchObject([{ node: '10.0.0.2:6379' }]);
    expect(said(0, { node: '10.0.0.1:6379' })).toEqual([{ level: 30, node: '10.0.0.1:6379', msg: AGREE }]);
  });
});
