import { Chance, Weighted } from './chance';
import { CURVE } from './shop';

/** Share of the captchas that honest people answer wrongly or never. */
const UNSOLVED = 0.3;
const DAYS = 30;

/** The most unsolved captchas in an hour, over 30 days, from the address of a carrier that so many people share in a day. */
export function busiestHour(peopleADay: number, seed: number): number {
  const chance = new Chance(seed);
  const hours = new Weighted(CURVE);
  let most = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const unsolved = new Array<number>(24).fill(0);
    for (let i = 0; i < peopleADay; i += 1) {
      const hour = hours.draw(chance);
      while (chance.next() < UNSOLVED) unsolved[hour] = (unsolved[hour] ?? 0) + 1;
    }
    most = Math.max(most, ...unsolved);
  }
  return most;
}
