import fc from 'fast-check';
import { type AllowanceRule, allowanceRule } from '../../src/limits/allowances';
import { withCharge, withConfirmation, withRefund } from '../../src/store/memory/allowance-changes';
import { countWithin, withMessage } from '../../src/store/memory/allowance-log';
import {
  DAY_MS,
  isKnown,
  NO_STANDING,
  type Standing,
  standingExpiresAt,
  withCredit,
} from '../../src/store/memory/allowance-standing';
import { type AllowanceState, type Asking, type Charge, decide, POOLS } from '../../src/store/memory/allowances';

const NOW = Date.UTC(2026, 0, 20, 12, 7);
const MINUTE = 60_000;
const NOBODY: AllowanceState = {
  client: NO_STANDING,
  network: NO_STANDING,
  parent: NO_STANDING,
  pools: { known: [], unknown: [], person: [], device: [] },
  startedAt: NOW - 10 * DAY_MS,
  confirmedAt: undefined,
};
const STRANGER: Asking = { ofMobile: [], again: false, device: false };

/** Messages, ms before NOW. */
const logOf = (ages: readonly number[]) =>
  ages.toSorted((a, b) => b - a).reduce((log: readonly number[], age) => withMessage(log, 7 * DAY_MS, NOW - age), []);

const ages = (max: number) => fc.array(fc.integer({ min: 0, max: 8 * DAY_MS }), { maxLength: max });
const standings = fc
  .record({ debts: ages(60), credits: fc.array(fc.integer({ min: 0, max: 30 * 24 }), { maxLength: 40 }) })
  .map(({ debts, credits }): Standing => {
    const earned = credits
      .toSorted((a, b) => b - a)
      .reduce((standing, hours) => withCredit(standing, 1, NOW - hours * 60 * MINUTE), NO_STANDING);
    return { ...earned, debts: logOf(debts) };
  });
const states = fc
  .record({
    client: standings,
    network: standings,
    parent: standings,
    pools: fc.record({ known: ages(40), unknown: ages(80), person: ages(40), device: ages(40) }),
    startedAt: fc.option(fc.integer({ min: NOW - 40 * DAY_MS, max: NOW }), { nil: undefined }),
    confirmedAt: fc.option(fc.integer({ min: NOW - 40 * DAY_MS, max: NOW }), { nil: undefined }),
  })
  .map(
    ({ pools, ...state }): AllowanceState => ({
      ...state,
      pools: {
        known: logOf(pools.known),
        unknown: logOf(pools.unknown),
        person: logOf(pools.person),
        device: logOf(pools.device),
      },
    }),
  );
const askings = fc.record({ ofMobile: ages(8).map(logOf), again: fc.boolean(), device: fc.boolean() });
const rules = fc
  .record({ budget: fc.constantFrom(0, 10, 30, 100, 500, 1000, 10_000), perClientHour: fc.constantFrom(0, 1, 20) })
  .map(({ budget, perClientHour }) => allowanceRule(budget, perClientHour));

const sizeOf = (rule: AllowanceRule, charge: Charge): number =>
  ({
    own: Infinity,
    known: rule.knownSize,
    unknown: rule.youngSize,
    person: rule.personSize,
    device: rule.deviceSize,
  })[charge];

describe('a decision', () => {
  test('never draws more from a pool than it holds', () => {
    fc.assert(
      fc.property(states, askings, rules, (state, asking, rule) => {
        let next = state;
        for (let i = 0; i < 100; i += 1) {
          const decision = decide(next, asking, rule, NOW);
          if (!decision.allow) return;
          next = withCharge(next, decision.charge, NOW);
          if (decision.charge === 'own') continue;
          const drawn = countWithin(next.pools[decision.charge], DAY_MS, NOW);
          expect(drawn).toBeLessThanOrEqual(sizeOf(rule, decision.charge));
        }
      }),
    );
  });

  test('is the same again after a message that was not sent', () => {
    fc.assert(
      fc.property(states, askings, rules, (state, asking, rule) => {
        const decision = decide(state, asking, rule, NOW);
        const charge = decision.allow ? decision.charge : 'known';
        const refunded = withRefund(withCharge(state, charge, NOW), charge, NOW);
        const again = decide({ ...refunded, startedAt: state.startedAt }, asking, rule, NOW);
        expect(again.allow).toBe(decision.allow);
        if (decision.allow) expect(again).toEqual(decision);
      }),
    );
  });

  test('is never turned from a refusal into leave by more debts', () => {
    const debtor = fc.constantFrom('client', 'network', 'parent', ...POOLS);
    fc.assert(
      fc.property(states, askings, rules, debtor, ages(1), (state, asking, rule, who, [age = 0]) => {
        const more = (log: readonly number[]) => withMessage(log, 7 * DAY_MS, NOW - Math.min(age, DAY_MS - 1));
        const worse =
          who === 'client' || who === 'network' || who === 'parent'
            ? { ...state, [who]: { ...state[who], debts: more(state[who].debts) } }
            : { ...state, pools: { ...state.pools, [who]: more(state.pools[who]) } };
        if (!decide(state, asking, rule, NOW).allow) expect(decide(worse, asking, rule, NOW).allow).toBe(false);
      }),
    );
  });

  test('waits at least a ms where it refuses, and no longer than the day in which debts count', () => {
    fc.assert(
      fc.property(states, askings, rules, (state, asking, rule) => {
        const decision = decide(state, asking, rule, NOW);
        if (decision.allow) return;
        expect(decision.waitMs).toBeGreaterThanOrEqual(1);
        expect(decision.waitMs).toBeLessThanOrEqual(DAY_MS);
      }),
    );
  });

  test('tells strangers when they may ask again', () => {
    const stranger = states.map((state) => ({
      ...state,
      client: { ...NO_STANDING, debts: state.client.debts },
      network: { ...NO_STANDING, debts: state.network.debts },
      parent: { ...NO_STANDING, debts: state.parent.debts },
      startedAt: NOW - 20 * DAY_MS,
      confirmedAt: undefined,
    }));
    fc.assert(
      fc.property(stranger, ages(8).map(logOf), rules, (state, ofMobile, rule) => {
        const asking = { ...STRANGER, ofMobile };
        let now = NOW;
        for (let i = 0; i < 4; i += 1) {
          const decision = decide(state, asking, rule, now);
          if (decision.allow) return;
          now += decision.waitMs;
        }
        expect(decide(state, asking, rule, now).allow).toBe(true);
      }),
    );
  });
});

describe('a confirmation', () => {
  test('leaves the debts as they were before its messages, and lets its network do more', () => {
    fc.assert(
      fc.property(states, rules, (state, rule) => {
        const first = withCharge(state, 'unknown', NOW);
        const second = withCharge(first, 'known', NOW + MINUTE);
        const messages = [
          { charge: 'unknown' as const, sentAt: NOW },
          { charge: 'known' as const, sentAt: NOW + MINUTE },
        ];
        const then = NOW + 2 * MINUTE;
        const confirmed = withConfirmation(second, messages, then);
        const count = ({ debts }: Standing) => countWithin(debts, DAY_MS, then);
        expect(count(confirmed.network)).toBe(count(state.network));
        expect(count(confirmed.client)).toBe(count(state.client));
        expect(count(confirmed.parent)).toBe(count(state.parent));
        // Of what the network itself earns; a number that is known draws on a pool of its own, and a network that was unknown on another.
        const ofNetwork = { ...state, confirmedAt: undefined };
        if (state.startedAt === undefined || !isKnown(state.network, then)) return;
        if (!decide(ofNetwork, STRANGER, rule, then).allow) return;
        expect(decide({ ...confirmed, confirmedAt: undefined }, STRANGER, rule, then).allow).toBe(true);
      }),
    );
  });

  test('counts once for one number, and for a regular by the time since his last one', () => {
    let state = withConfirmation(NOBODY, [], NOW);
    expect(state.network.ofDay).toBe(1);
    state = withConfirmation(state, [], NOW);
    expect(state.network.ofDay).toBe(1);
    const tomorrow = withConfirmation(state, [], NOW + DAY_MS);
    expect(tomorrow.network.ofTenDays - state.network.ofTenDays * (239 / 240) ** 24).toBeCloseTo(1 / 70);
  });
});

describe('the state', () => {
  test('may go when it expires: nobody who was allowed with it is refused without it, and the other way round', () => {
    const whose = fc.constantFrom('client', 'network', 'parent');
    fc.assert(
      fc.property(states, askings, rules, whose, (state, asking, rule, who) => {
        const then = standingExpiresAt(state[who], who, who === 'network' ? 7 * DAY_MS : DAY_MS);
        if (then < NOW) return;
        const gone = { ...state, [who]: NO_STANDING };
        expect(decide(gone, asking, rule, then)).toEqual(decide(state, asking, rule, then));
      }),
    );
  });

  test('stays bounded whatever happens, and whatever the clock does', () => {
    const events = fc.array(fc.record({ step: fc.integer({ min: -2 * MINUTE, max: 90 * MINUTE }), what: fc.nat(5) }), {
      minLength: 200,
      maxLength: 600,
    });
    fc.assert(
      fc.property(events, (list) => {
        let [state, now] = [NOBODY, NOW];
        for (const { step, what } of list) {
          now += step;
          if (what === 5) state = withConfirmation(state, [{ charge: 'unknown', sentAt: now }], now);
          else state = withCharge(state, (['own', ...POOLS] as const)[what] ?? 'own', now);
        }
        const logs = [state.client.debts, state.network.debts, state.parent.debts, ...Object.values(state.pools)];
        for (const log of logs) {
          expect(log.length).toBeLessThanOrEqual(2 * 64);
          const times = log.filter((_, i) => i % 2 === 0);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('forgets half an hour late at most when its log is full, and never early', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40 * MINUTE }), { minLength: 60, maxLength: 200 });
    fc.assert(
      fc.property(gaps, (list) => {
        const times: number[] = [];
        let log: readonly number[] = [];
        let now = NOW;
        for (const gap of list) {
          now += gap;
          times.push(now);
          log = withMessage(log, DAY_MS, now);
          const within = (ms: number) => times.filter((at) => at + ms > now).length;
          expect(countWithin(log, DAY_MS, now)).toBeGreaterThanOrEqual(within(DAY_MS));
          expect(countWithin(log, DAY_MS, now)).toBeLessThanOrEqual(within(DAY_MS + 30 * MINUTE));
        }
      }),
    );
  });
});

describe('a shop that is small or new', () => {
  const sends = (rule: AllowanceRule, startedAt: number | undefined, count: number): number => {
    let state: AllowanceState = { ...NOBODY, startedAt };
    let sent = 0;
    for (let i = 0; i < count; i += 1) {
      const decision = decide(state, STRANGER, rule, NOW + i * MINUTE);
      if (!decision.allow) break;
      state = withCharge(state, decision.charge, NOW + i * MINUTE);
      sent += 1;
    }
    return sent;
  };

  test('with a budget of ten spends all of it on one address, if it must', () => {
    expect(sends(allowanceRule(10, 20), undefined, 10)).toBe(10);
    expect(sends(allowanceRule(10, 20), NOW - 10 * DAY_MS, 10)).toBe(10);
  });

  test('counts unconfirmed messages of a client by the hour', () => {
    expect(sends(allowanceRule(10, 3), undefined, 10)).toBe(3);
  });

  test('gives one address about 14 messages on a first day, and three later', () => {
    expect(sends(allowanceRule(10_000, 20), undefined, 30)).toBe(14);
    expect(sends(allowanceRule(10_000, 20), NOW - 10 * DAY_MS, 30)).toBe(3);
  });

  test('lets people ask again on a first day however much of the pool others left them, if anything', () => {
    const rule = allowanceRule(10_000, 20);
    const drawn = (count: number): AllowanceState => ({
      ...withCharge(NOBODY, 'own', NOW - MINUTE),
      pools: { ...NOBODY.pools, unknown: [NOW - MINUTE, count] },
      startedAt: undefined,
    });
    const again = { ofMobile: [NOW - MINUTE, 1], again: true, device: false };
    expect(decide(drawn(rule.youngSize - 1), again, rule, NOW)).toEqual({ allow: true, charge: 'unknown' });
    expect(decide(drawn(rule.youngSize), again, rule, NOW).allow).toBe(false);
  });

  test('is shut by no single address where more than the ungraded messages are in a pool', () => {
    for (const budget of [30, 50, 100, 300, 1000]) {
      const rule = allowanceRule(budget, 0);
      const drawn = sends(rule, undefined, 1000);
      expect(drawn).toBeLessThan(rule.youngSize);
    }
  });
});
