import { allowanceArguments, allowanceRule } from '../../src/limits/allowances';

describe('the rule of the allowances', () => {
  test('passes its numbers to a script in one order', () => {
    const rule = allowanceRule(10_000, 20);
    expect(allowanceArguments(rule).split(',').map(Number)).toEqual([
      20, 0.25, 2, 5, 2, 1, 0.13, 8, 0.15, 0.1, 0.5, 300, 0.5, 0.5, 550, 0.12, 0.2, 2000, 0.7, 1500, 0.8, 100, 0.08, 2,
      0,
    ]);
    expect(Object.isFrozen(rule)).toBe(true);
  });

  test.each([1, 5, 10, 30, 100, 1000, 1_000_000])('has no pool above a budget of %d', (budget) => {
    const { knownSize, unknownSize, youngSize, personSize, deviceSize } = allowanceRule(budget, 20);
    for (const size of [knownSize, unknownSize, youngSize, personSize, deviceSize]) {
      expect(size).toBeGreaterThan(0);
      expect(size).toBeLessThanOrEqual(budget);
    }
  });

  test.each([
    [10, 10, 10],
    [100, 30, 9],
    [500, 30, 5],
    [1_000, 30, 0],
    [1_100, 33, 0],
  ])(
    'has in a small budget of %d no pool below %d messages, and %d of a pool without grades',
    (budget, least, ungraded) => {
      const rule = allowanceRule(budget, 20);
      const { knownSize, unknownSize, youngSize, personSize } = rule;
      expect(Math.min(knownSize, unknownSize, youngSize, personSize)).toBe(least);
      expect(rule.ungraded).toBe(ungraded);
    },
  );

  test('takes the pools of the default budget where there is none', () => {
    expect(allowanceRule(0, 20)).toEqual(allowanceRule(10_000, 20));
  });
});
