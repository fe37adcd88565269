import { allowanceRule } from '../../src/limits/allowances';
import { history, attackDay } from './play';
const [, , letters = '', returning = '0', seeds = '1', overs = '{}', people = '4000', budget='10000', devices='0', churn='0.02'] = process.argv;
const shop = { peopleADay: Number(people), networks: 3000, carriers: 20, addressesPerCarrier: 1, churn: Number(churn), returning: Number(returning), devices: Number(devices) };
const pct = (x: number) => (100 * x).toFixed(2) + '%';
for (let seed = 1; seed <= Number(seeds); seed++) {
  const first = { ...allowanceRule(Number(budget), 20), ...JSON.parse(overs.split('|')[0]!) };
  const past = history(shop, { rule: first, budget: Number(budget) }, seed);
  console.log('first day', pct(past.firstDay.refused), past.limiter.sweep(past.end));
  for (const over of overs.split('|')) {
    const rule = { ...allowanceRule(Number(budget), 20), ...JSON.parse(over) };
    console.log(over);
    const p = { ...past, limiter: past.limiter.copy({ rule, budget: Number(budget) }) };
  for (const letter of letters.split(';')) {
    const t = Date.now();
    const f = attackDay(p, letter === 'peace' ? undefined : letter, seed);
    console.log(letter.padEnd(8), 'wasted', f.wasted, 'refused', pct(f.refused), 'shut', pct(f.shutOut), 'outside', pct(f.outside), 'victim', f.perVictim, pct(f.victimsConfirmed), 'noticed', f.noticedHours.toFixed(2), 'recover', f.recoverHours, Date.now() - t, 'ms');
  }}
}
