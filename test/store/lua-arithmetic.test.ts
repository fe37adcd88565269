import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { allowanceRule } from '../../src/limits/allowances';
import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import { countWithin, waitBelow, withMessage, withoutMessage } from '../../src/store/memory/allowance-log';
import {
  confirmationRate,
  isKnown,
  type Standing,
  standingExpiresAt,
  withCredit,
} from '../../src/store/memory/allowance-standing';
import { decide } from '../../src/store/memory/allowances';
import { countOf, liveEntries, waitMs, withEvent, withoutEvent } from '../../src/store/memory/sliding-window-log';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { DAY, HOUR } from './requests';

const include = (name: string) =>
  readFileSync(join(__dirname, `../../src/store/redis/lua/include/${name}.lua`), 'utf8');

/**
 * The includes as they are, at a moment and on keys that the test chooses, with what they write caught: on Redis's own clock no test meets
 * the millisecond in which something ends. Numbers come back as text that loses nothing.
 */
const script = (body: string) => `
local input = cjson.decode(ARGV[1])
local now, held, KEYS, writes = input.now, { k = input.held and cmsgpack.pack(input.held) }, { 'k' }, {}
local redis = { call = function(name, _, value, _, ms)
  if name == 'PTTL' then return input.pttl end
  if name == 'PEXPIRE' then name = name .. ' ' .. value end
  writes[#writes + 1] = name == 'SET' and { cmsgpack.unpack(value), ms } or name
end }
local function told(value)
  if type(value) == 'number' then return string.format('%.17g', value) end
  if type(value) ~= 'table' then return tostring(value) end
  local list = {}
  for i, each in ipairs(value) do list[i] = told(each) end
  return list
end
${include('sliding_window')}
${include('allowance_standing')}
${include('allowance_decision')}
${include('code')}
${body}`;

/** Whether a message was only put behind the log, and the log. */
const ONE_MORE = 'add_message(input.log, 1, input.lengthMs), input.log';
const NOW = Date.UTC(2026, 0, 15, 10);
const RULE = allowanceRule(10_000, 20);
/** Ages at which something begins or ends, and a millisecond before and after. */
const age = fc
  .tuple(
    fc.constantFrom(0, 1, 2, HOUR, DAY / 48, DAY / 2, DAY, 3 * DAY, 7 * DAY, 30 * DAY),
    fc.constantFrom(-1, 0, 0, 1),
  )
  .map(([ms, more]) => Math.max(0, ms + more));
/** A log of at most so many entries, in order of time; `[at, count, …]`. */
const logOf = (maxLength: number) =>
  fc
    .array(fc.tuple(fc.oneof(age, fc.nat(2 * DAY)), fc.integer({ min: 1, max: 3 })), { maxLength, size: 'max' })
    .map((entries) => [...new Map(entries)].sort(([a], [b]) => b - a).flatMap(([ms, count]) => [NOW - ms, count]));
const length = fc.constantFrom(HOUR, DAY, 7 * DAY);
const standingOf = (maxLength: number): fc.Arbitrary<Standing> =>
  fc.record({
    // Where a network begins to have credit, and around it.
    ofDay: fc.constantFrom(0, RULE.oneFrom, RULE.ownFrom, RULE.ownFromYoung, 1, 12.5),
    ofTenDays: fc.constantFrom(0, 0.05, 1, 4.999, 5, 60),
    hour: fc.oneof(fc.constant(0), age).map((ms) => Math.floor((NOW - ms) / HOUR)),
    debts: logOf(maxLength),
  });
const asList = ({ ofDay, ofTenDays, hour, debts }: Standing) => [ofDay, ofTenDays, hour, ...debts];

describeWithRedis('Lua and TypeScript reckon alike, to the millisecond', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.close();
  });
  jest.setTimeout(60_000);

  const run = async (body: string, input: object) =>
    JSON.parse(
      String(
        await redis.eval(script(`return cjson.encode(told({ ${body} }))`), 0, JSON.stringify({ now: NOW, ...input })),
      ),
      (_, value) => (typeof value === 'string' && value !== '' && !Number.isNaN(Number(value)) ? Number(value) : value),
    );
  /** cjson has one notation for an empty list and an empty table. */
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const property = (
    arbitraries: Parameters<typeof fc.record>[0],
    check: (value: never) => Promise<void>,
    numRuns = 400,
  ) =>
    fc.assert(fc.asyncProperty(fc.record(arbitraries) as fc.Arbitrary<never>, check), {
      numRuns,
      endOnFailure: true,
    });

  test('what messages of a log count, and how long until they are fewer', () =>
    property(
      { log: logOf(8), lengthMs: length, limit: fc.integer({ min: 1, max: 12 }) },
      async ({ log, lengthMs, limit }: { log: number[]; lengthMs: number; limit: number }) => {
        const told = await run(
          'count_within(input.log, 1, input.lengthMs), wait_below(input.log, 1, input.lengthMs, input.limit)',
          { log, lengthMs, limit },
        );
        expect(told).toEqual([countWithin(log, lengthMs, NOW), waitBelow(log, lengthMs, limit, NOW)]);
      },
    ));

  test.each([8, 140])('a log of up to %d entries with one message more, and with one less', (entries) =>
    property(
      { log: logOf(entries), lengthMs: length, ahead: fc.constantFrom(-1, 0, 1), ago: age },
      async ({ log, lengthMs, ahead, ago }: { log: number[]; lengthMs: number; ahead: number; ago: number }) => {
        // A clock may have stepped back since the last entry.
        const moved = log.map((value, i) => (i % 2 === 0 ? value + ahead : value));
        const [isAppended, more] = await run(ONE_MORE, { log: moved, lengthMs });
        const expected = withMessage(moved, lengthMs, NOW);
        expect(list(more)).toEqual(expected);
        expect(isAppended).toBe(String(JSON.stringify(expected) === JSON.stringify([...moved, NOW, 1])));
        const less = await run('(function() without_message(input.log, 1, input.sentAt) return input.log end)()', {
          ...{ log: moved, sentAt: NOW - ago },
        });
        expect(list(less[0])).toEqual(withoutMessage(moved, NOW - ago));
      },
    ),
  );

  test.each([62, 63, 64, 65])(
    'a log of %d entries with one message more: from 65 on they are put together',
    async (entries) => {
      const log = Array.from({ length: entries }, (_, i) => [NOW - (entries - i) * 60_000, 1]).flat();
      const [, more] = await run(ONE_MORE, { log, lengthMs: DAY });
      expect(more).toEqual(withMessage(log, DAY, NOW));
      if (entries < 64) expect(more).toHaveLength(2 * (entries + 1));
      else expect(more.length).toBeLessThan(20);
    },
  );

  test.each([
    ['a pool', []],
    ['a standing', [1.5, 12, 490_000]],
  ])('a message behind the log of %s, which is not packed anew, is what would be packed', async (_, begins) => {
    for (let entries = 1; entries <= 66; entries++) {
      const log = [
        ...begins,
        ...Array.from({ length: entries }, (_, i) => [NOW - 60_000 * (entries - i - 1), 1]).flat(),
      ];
      const before = log.slice(0, -2);
      const same = 'with_one_behind(cmsgpack.pack(input.before), #input.log) == cmsgpack.pack(input.log)';
      if (before.length > 0) expect(await run(same, { before, log })).toEqual(['true']);
    }
  });

  test('how a standing decays, is credited, and when it may go', () =>
    property(
      {
        standing: standingOf(4),
        weight: fc.constantFrom(0.25, 1),
        keepMs: fc.constantFrom(DAY, 7 * DAY),
        isNetwork: fc.boolean(),
      },
      async ({
        standing,
        weight,
        keepMs,
        isNetwork,
      }: {
        standing: Standing;
        weight: number;
        keepMs: number;
        isNetwork: boolean;
      }) => {
        const credited = withCredit(standing, weight, NOW);
        const [rate, known, writes] = await run(
          `rate_of(input.list), is_known(input.list),
           (function()
             write_standing('k', input.list, input.keepMs, input.isNetwork)
             add_credit(input.list, input.weight)
             writes[#writes + 1] = input.list
             return writes
           end)()`,
          { list: asList(standing), weight, keepMs, isNetwork },
        );
        expect([rate, known]).toEqual([confirmationRate(standing, NOW), String(isKnown(standing, NOW))]);
        const left = standingExpiresAt(standing, isNetwork ? 'network' : 'client', keepMs) - NOW;
        expect(writes).toEqual([left > 0 ? [asList(standing), left] : 'DEL', asList(credited)]);
      },
    ));

  test('a mobile in the last millisecond of its lockout is locked for one still', async () => {
    for (const [pttl, told] of [
      [0, 1],
      [1, 1],
      [2, 2],
    ]) {
      const input = { pttl, listed: 'blocked 1 why', lockoutMs: HOUR };
      const [locked, listed] = await run(
        `lock_left('k', input.lockoutMs),
         (function() held.k = input.listed return (select(2, listing('k'))) end)()`,
        input,
      );
      expect([locked, listed]).toEqual([told, told]);
    }
  });

  test.each([
    [HOUR - 1, HOUR - 1, []],
    [HOUR, HOUR, []],
    [HOUR + 1, HOUR, [`PEXPIRE ${HOUR}`]],
    [DAY, HOUR, [`PEXPIRE ${HOUR}`]],
  ])('a mobile whose failures are kept for %i ms is locked for %i ms', async (pttl, lockedMs, written) => {
    const told = await run("lock_left('k', input.lockoutMs), writes", { pttl, lockoutMs: HOUR });
    expect([told[0], list(told[1])]).toEqual([lockedMs, written]);
  });

  test.each([
    ['9', 10, 'false'],
    ['10', 10, 'true'],
    ['11', 10, 'true'],
    ['11', 0, 'false'],
  ])('a mobile with %s failures of %i is locked: %s', async (fails, maxFailures, locked) => {
    const told = await run("(function() held.k = input.fails return is_locked('k', input.maxFailures) end)()", {
      fails,
      maxFailures,
    });
    expect(told).toEqual([locked]);
  });

  test('a code that was asked for in the moment in which all of its purpose ended has ended', async () => {
    const input = { held: ['135790', 'LOGIN', 0, NOW], ended: String(NOW) };
    const [same, earlier] = await run(
      `tostring((function() held.e = input.ended return is_good('k', 'e', '135790') end)()),
       tostring((function() held.e = tostring(input.ended - 1) return is_good('k', 'e', '135790') end)())`,
      input,
    );
    expect([same, earlier]).toEqual(['false', 'true']);
  });

  test('a network whose confirmations just reach what one message needs has credit for it', async () => {
    const nobody = [0, 0, 0];
    const network = [RULE.oneFrom, RULE.oneFrom, Math.floor(NOW / HOUR)];
    const pools = { known: [], unknown: [], person: [], device: [] };
    const state = { client: nobody, network, parent: nobody, pools, young: false, of_mobile: [], again: false };
    const [charge] = await run('(decide(input.state, input.rule, 1))', {
      ...{ state, rule: Object.values(RULE) },
    });
    expect(charge).toBe('own');
  });

  test('what pays for a message, or what refuses it and for how long', async () => {
    const seen = new Set<string>();
    await property(
      {
        budget: fc.constantFrom(10_000, 3_000, 200, 20, 20),
        perHour: fc.constantFrom(0, 3, 20),
        ...{ client: standingOf(4), network: standingOf(6), parent: standingOf(6) },
        ...{ known: logOf(6), unknown: logOf(12), person: logOf(6), device: logOf(6), ofMobile: logOf(6) },
        started: fc.option(age),
        confirmed: fc.option(age),
        ...{ again: fc.boolean(), trusted: fc.boolean() },
      },
      async (given: {
        budget: number;
        perHour: number;
        client: Standing;
        network: Standing;
        parent: Standing;
        known: number[];
        unknown: number[];
        person: number[];
        device: number[];
        ofMobile: number[];
        started: number | null;
        confirmed: number | null;
        again: boolean;
        trusted: boolean;
      }) => {
        const { client, network, parent, known, unknown, person, device, ofMobile, again, trusted } = given;
        const rule = allowanceRule(given.budget, given.perHour);
        const pools = { known, unknown, person, device };
        const startedAt = given.started === null ? undefined : NOW - given.started;
        const confirmedAt = given.confirmed === null ? undefined : NOW - given.confirmed;
        const decision = decide(
          { client, network, parent, pools, startedAt, confirmedAt },
          { ofMobile, again, device: trusted },
          rule,
          NOW,
        );
        const state = {
          ...{ client: asList(client), network: asList(network), parent: asList(parent), pools },
          young: startedAt === undefined || NOW - startedAt < 3 * DAY,
          ...(confirmedAt !== undefined && { confirmed_at: confirmedAt }),
          ...{ of_mobile: ofMobile, again, device: trusted },
        };
        const [told] = await run('{ decide(input.state, input.rule, 1) }', {
          ...{ state, rule: Object.values(rule) },
        });
        const [charge, limit, wait] = decision.allow ? [decision.charge] : ['nil', decision.limit, decision.waitMs];
        seen.add(decision.allow ? decision.charge : decision.limit);
        // A nil at its beginning ends a list.
        expect(list(told)).toEqual(decision.allow ? [charge] : []);
        if (decision.allow) return;
        const [refusal] = await run('{ select(2, decide(input.state, input.rule, 1)) }', {
          ...{ state, rule: Object.values(rule) },
        });
        expect(refusal).toEqual([limit, wait]);
      },
      // Some are rare.
      4_000,
    );
    expect([...seen].sort()).toEqual(['client', 'device', 'known', 'mobile', 'own', 'person', 'pool', 'unknown']);
  });

  test('a sliding-window limit: what counts, how long it refuses, and its log with an event more or less', () =>
    property(
      {
        log: fc.array(
          fc.tuple(fc.oneof(age, fc.nat(2 * DAY)), fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 2, 3)),
          {
            maxLength: 10,
            size: 'max',
          },
        ),
        lengthMs: fc.constantFrom(HOUR, DAY),
        cap: fc.constantFrom(1, 2, 5, 64, 65, 100),
        byValue: fc.boolean(),
        ago: age,
      },
      async (given: {
        log: [number, number, number][];
        lengthMs: number;
        cap: number;
        byValue: boolean;
        ago: number;
      }) => {
        const { lengthMs, cap, byValue, ago } = given;
        const limit: SlidingWindowLimit = {
          ...{ rule: 'client-hour', subject: { kind: 'everyone' }, cap, lengthMs },
          ...(byValue && { value: 2 }),
        };
        const entries = given.log
          .sort(([a], [b]) => b - a)
          .filter(([ms], i, all) => ms !== all[i - 1]?.[0])
          .map(([ms, count, value]) => ({ at: NOW - ms, count, ...(byValue && { value }) }));
        const flat = (log: readonly { at: number; count: number; value?: number }[]) =>
          log.flatMap(({ at, count, value }) => (byValue ? [at, count, value] : [at, count]));
        const input = { held: flat(entries), bounds: [cap, lengthMs, byValue ? 2 : 0], at: NOW - ago };
        const live = liveEntries(entries, limit, NOW);

        const [wait, counts, counted] = await run(
          `(check_all(1, 1, input.bounds, 1)),
           (select(4, check_all(1, 1, input.bounds, 1))),
           (function()
             count_all(1, 1, input.bounds, 1, (select(3, check_all(1, 1, input.bounds, 1))))
             return writes
           end)()`,
          input,
        );
        expect(wait).toBe(waitMs(live, limit, NOW));
        const withOne = withEvent(live, limit, NOW);
        expect(counts).toEqual([countOf(withOne, limit)]);
        expect(counted).toEqual([[flat(withOne), byValue ? lengthMs : (withOne.at(-1)?.at ?? 0) + lengthMs - NOW]]);

        const [refunded] = await run(
          '(function() refund_all(1, 1, input.bounds, 1, input.at) return writes end)()',
          input,
        );
        const without = withoutEvent(live, limit, NOW - ago);
        const last = without.at(-1);
        const changed = JSON.stringify(flat(without)) !== JSON.stringify(flat(live));
        const life = (last?.at ?? 0) + lengthMs - NOW;
        const rest = last ? [`PEXPIRE ${life}`, [flat(without), life]] : ['DEL'];
        expect(list(refunded)).toEqual(changed ? rest : []);
      },
    ));
});
