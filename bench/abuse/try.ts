import { allowanceRule } from '../../src/limits/allowances';
import { attackDay, history } from './play';

const [, , letters = '', returning = '0', seeds = '1', over = '{}', people = '4000', budget = '10000'] = process.argv;
const shop = {
  peopleADay: Number(people),
  networks: 3000,
  carriers: 20,
  addressesPerCarrier: 1,
  churn: 0.02,
  returning: Number(returning),
  devices: 0,
};
const rule = { ...allowanceRule(Number(budget), 20), ...JSON.parse(over) };
const pct = (x: number) => (100 * x).toFixed(2) + '%';
for (let seed = 1; seed <= Number(seeds); seed++) {
  let t = Date.now();
  const past = history(shop, { rule, budget: Number(budget) }, seed);
  console.log('history', Date.now() - t, 'ms first day', pct(past.firstDay.refused), past.limiter.sweep(past.end));
  for (const letter of letters.split(';')) {
    t = Date.now();
    const f = attackDay(past, letter === 'peace' ? undefined : letter, seed);
    console.log(
      letter.padEnd(8),
      'wasted',
      f.wasted,
      'refused',
      pct(f.refused),
      'shut',
      pct(f.shutOut),
      'outside',
      pct(f.outside),
      'victim',
      f.perVictim,
      pct(f.victimsConfirmed),
      'noticed',
      f.noticedHours.toFixed(2),
      'recover',
      f.recoverHours,
      Date.now() - t,
      'ms',
    );
  }
}
