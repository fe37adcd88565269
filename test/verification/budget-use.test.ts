import { pino } from 'pino';
import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import { BudgetUse } from '../../src/verification/budget-use';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const budget: SlidingWindowLimit = { rule: 'budget', subject: { kind: 'everyone' }, cap: 100, lengthMs: DAY };
const ofCountry = (id: string): SlidingWindowLimit => ({
  rule: 'country-budget',
  subject: { kind: 'country', id },
  cap: 10,
  lengthMs: DAY,
});

test('each budget is warned of by itself, once an hour at most', () => {
  let now = 0;
  const said: string[] = [];
  const log = pino({}, { write: (line) => void said.push(JSON.parse(line).msg) });
  const use = new BudgetUse(
    log,
    () => undefined,
    () => now,
  );
  const ALL = 'SMS budget: 80 % used';
  const [HK, SG] = ['SMS budget of HK: 80 % used', 'SMS budget of SG: 80 % used'];
  const tell = (country: string, counts: number[]) => {
    said.length = 0;
    use.tell([budget, ofCountry(country)], counts);
    return [...said];
  };

  expect(tell('HK', [50, 7])).toEqual([]);
  expect(tell('HK', [51, 8])).toEqual([HK]);
  expect(tell('HK', [51, 8])).toEqual([]);
  // The others' warnings are due all the same.
  expect(tell('SG', [80, 8])).toEqual([ALL, SG]);
  now += HOUR - 1;
  expect(tell('SG', [80, 8])).toEqual([]);
  now += 1;
  expect(tell('SG', [80, 9])).toEqual([ALL]);
  expect(tell('HK', [81, 8])).toEqual([HK]);
});
