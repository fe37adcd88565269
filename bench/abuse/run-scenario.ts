import { RunningAttack } from './attack';
import { ATTACKERS, type Attacker } from './attackers';
import { Chance } from './chance';
import { Limiter, type Policy } from './limiter';
import { DAY_MS, type People, Shop, type ShopOptions, type Visit } from './shop';
import { Timeline } from './timeline';

const HOUR = 3_600_000;
/** Any day; the shop opens at its first hour. */
const OPENS = Date.UTC(2026, 0, 1);
const HISTORY_DAYS = 30;
/** A victim who is refused tries again in person, for some hours. */
const VICTIM_RETRIES_MS = [90_000, 11 * 60_000, HOUR, 2 * HOUR, 4 * HOUR];

/** A shop at the end of some days in peace. */
export interface History {
  shop: Shop;
  limiter: Limiter;
  end: number;
  firstDay: Figures;
  held: { keys: number; numbers: number };
}

/** What one run measured; shares from 0 to 1, times in hours. */
export interface Figures {
  wasted: number;
  refused: number;
  shutOut: number;
  /** Refused among those whom the attacker does not aim at. */
  outside: number;
  /** Messages that a victim got, and the share of the victims who confirmed that day. */
  perVictim: number;
  victimsConfirmed: number;
  /** From the first try to the first refusal. */
  noticedHours: number;
  /** From the end of the attack until no hour refuses more than one in a hundred. */
  recoverHours: number;
  /** Standings held when the history ended, and numbers in them. */
  keys: number;
  numbers: number;
}

export function history(options: ShopOptions, policy: Policy, seed: number, days = HISTORY_DAYS): History {
  const shop = new Shop(options, new Chance(seed));
  const limiter = new Limiter(policy);
  const timeline = new Timeline();
  const firstVisits: Visit[] = [];
  for (let day = 0; day < days; day += 1) {
    shop.openDay(OPENS + day * DAY_MS, timeline, limiter);
    timeline.runUntil(OPENS + (day + 1) * DAY_MS);
    limiter.sweep(OPENS + (day + 1) * DAY_MS);
    const visits = shop.visits.splice(0);
    if (day === 0) firstVisits.push(...visits);
  }
  timeline.runUntil(Number.POSITIVE_INFINITY);
  const end = OPENS + days * DAY_MS;
  return { shop, limiter, end, firstDay: figures(firstVisits), held: limiter.sweep(end) };
}

/** A day of this attack (none: peace) after this history, and the day after it. */
export function attackDay(
  past: History,
  letter: string | undefined,
  seed: number,
  variant = {},
  people: People = {},
): Figures {
  const chance = new Chance(seed ^ 0x5eed);
  const [shop, limiter, timeline] = [past.shop.copy(seed, people), past.limiter.copy(), new Timeline()];
  const attacker = letter === undefined ? undefined : (ATTACKERS[letter]?.(shop, chance) as Attacker);
  const attack = attacker && { ...attacker.attack, ...variant };
  const start = past.end + (attack && 'honestDays' in attack ? 7 * DAY_MS : 0);
  const running = attack && new RunningAttack(attack, timeline, limiter, chance, start, DAY_MS);
  const victims: Visit[] = [];
  for (const mobile of attack?.victims ?? []) {
    const person = { mobile, origin: shop.originIn(shop.drawRank()), returns: false };
    timeline.at(start + Math.floor(chance.next() * 18 * HOUR), (now) => {
      victims.push(shop.visit(now, timeline, limiter, { person, retriesMs: VICTIM_RETRIES_MS, verify: 1 }));
    });
  }
  for (let day = past.end; day < start + 2 * DAY_MS; day += DAY_MS) {
    shop.openDay(day, timeline, limiter);
    timeline.runUntil(day + DAY_MS);
  }
  const day = shop.visits.filter(({ at }) => at >= start && at < start + DAY_MS);
  const victimsConfirmed = victims.length > 0 ? share(victims, ({ confirmed }) => confirmed) : 1;
  return {
    ...figures(day, attacker),
    ...(running && damage(running, shop.visits, start)),
    victimsConfirmed,
    ...past.held,
  };
}

function figures(visits: readonly Visit[], attacker?: Attacker): Figures {
  const outside = visits.filter(({ origin }) => !attacker?.target?.(origin));
  return {
    wasted: 0,
    refused: share(visits, ({ refused }) => refused),
    shutOut: share(visits, ({ shutOut }) => shutOut),
    outside: share(outside, ({ refused }) => refused),
    perVictim: 0,
    victimsConfirmed: 1,
    noticedHours: 0,
    recoverHours: 0,
    keys: 0,
    numbers: 0,
  };
}

function damage(running: RunningAttack, visits: readonly Visit[], start: number): Partial<Figures> {
  const end = start + DAY_MS;
  let recoverHours = 0;
  for (let hour = 0; hour < 24; hour += 1) {
    const from = end + hour * HOUR;
    const refused = share(
      visits.filter(({ at }) => at >= from && at < from + HOUR),
      (visit) => visit.refused,
    );
    if (refused > 0.01) recoverHours = hour + 1;
  }
  const received = [...running.received.values()];
  return {
    wasted: running.wasted,
    perVictim: received.length > 0 ? Math.max(...received) : 0,
    noticedHours: running.noticedAt === undefined ? 24 : (running.noticedAt - start) / HOUR,
    recoverHours,
  };
}

function share<T>(list: readonly T[], matches: (item: T) => boolean): number {
  return list.length > 0 ? list.filter(matches).length / list.length : 0;
}
