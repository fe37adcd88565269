import type { Attack } from './attack';
import type { Chance } from './chance';
import type { Origin } from './limiter';
import type { Shop } from './shop';

const MINUTE = 60_000;

/** What an attacker has, in this shop; `target`: the network or parent at which it aims. */
export interface Attacker {
  attack: Attack;
  target?: (origin: Origin) => boolean;
}

/** The network that attacker g (network) wants refused: neither a carrier's nor a tiny one. */
const TARGET_RANK = 60;

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

function newNetworks(count: number, shop: Shop): Origin[] {
  return times(count, (i) => ({ ...shop.newOrigin(), parent: `attack${i}` }));
}

/** So many networks of the shop, each once, drawn by their size, or evenly from the smaller ones; without carriers' on demand. */
function honestRanks(count: number, shop: Shop, chance: Chance, of: 'all' | 'no carriers' | 'small'): number[] {
  const { networks, carriers } = shop.options;
  const ranks = new Set<number>();
  const smallest = Math.floor(networks / 5);
  while (ranks.size < count) {
    const rank = of === 'small' ? smallest + chance.below(networks - smallest) : shop.drawRank();
    if (of !== 'no carriers' || rank >= carriers) ranks.add(rank);
  }
  return [...ranks];
}

function botnet(shop: Shop, chance: Chance, of: 'all' | 'no carriers'): Origin[] {
  const inHonest = honestRanks(2000, shop, chance, of).flatMap((rank) => times(5, () => shop.originIn(rank)));
  const inNew = newNetworks(2000, shop).flatMap((origin) =>
    times(5, (i) => ({ ...origin, client: `${origin.network}.${i}` })),
  );
  return [...inHonest, ...inNew];
}

/** The attackers of docs/abuse.md, by their letter. They read every captcha and know the policy. */
export const ATTACKERS: Record<string, (shop: Shop, chance: Chance) => Attacker> = {
  a: (shop) => {
    const [origin] = newNetworks(1, shop) as [Origin];
    return { attack: { bots: [origin], pauseMs: MINUTE }, target: (other) => other.parent === origin.parent };
  },
  b: (shop) => {
    const [origin] = newNetworks(1, shop) as [Origin];
    const bots = times(2000, (i) => ({ ...origin, client: `${origin.network}.${i}` }));
    return { attack: { bots, pauseMs: 120 * MINUTE }, target: (other) => other.parent === origin.parent };
  },
  c: (shop) => ({ attack: { bots: newNetworks(500, shop), pauseMs: 5 * MINUTE, asksAgain: true } }),
  d: (shop, chance) => ({ attack: { bots: botnet(shop, chance, 'all'), pauseMs: 120 * MINUTE } }),
  'd, none behind carriers': (shop, chance) => ({
    attack: { bots: botnet(shop, chance, 'no carriers'), pauseMs: 120 * MINUTE },
  }),
  e: (shop) => ({
    attack: { bots: newNetworks(500, shop), victims: times(100, () => shop.newMobile()), pauseMs: 5 * MINUTE },
  }),
  f: (shop, chance) => ({
    attack: {
      bots: botnet(shop, chance, 'all'),
      pauseMs: 120 * MINUTE,
      ownNumbers: times(200, () => shop.newMobile()),
      ownShare: 1 / 3,
    },
  }),
  'g, network': (shop) => {
    const bots = times(50, () => shop.originIn(TARGET_RANK));
    return { attack: { bots, pauseMs: 5 * MINUTE }, target: ({ network }) => network === `${TARGET_RANK}` };
  },
  'g, shop': (shop) => ({ attack: { bots: newNetworks(500, shop), pauseMs: 3 * MINUTE } }),
  i: (shop) => {
    const bots = newNetworks(5000, shop).map((origin) => ({ ...origin, parent: 'attack' }));
    return { attack: { bots, pauseMs: 120 * MINUTE }, target: ({ parent }) => parent === 'attack' };
  },
  j: (shop, chance) => ({
    attack: {
      bots: honestRanks(600, shop, chance, 'small').map((rank) => shop.originIn(rank)),
      pauseMs: 5 * MINUTE,
      asksAgain: true,
    },
  }),
};
