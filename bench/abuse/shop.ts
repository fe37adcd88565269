import { Chance, Weighted } from './chance';
import type { Limiter, Origin } from './limiter';
import type { Timeline } from './timeline';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
/** People by the hour of the day: the night is quiet, the evening is not. */
export const CURVE = [2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 9, 9, 9, 8, 8, 8, 8, 8, 9, 10, 11, 10, 7, 4];
/** Of those who got a message. The rest gives up. */
const [VERIFY, ASK_AGAIN, VERIFY_THEN] = [0.85, 0.1, 0.9];
/** Who comes back does so every week or so, and one time in five from elsewhere than home. */
const [REGULAR_DAYS, AWAY] = [7, 0.2];
const RETRIES_MS = [90 * SECOND, 11 * MINUTE];
/** How long it takes to send a text that the page shows: reading, another program, the carrier. */
const [SEND_MEDIAN, SEND_SIGMA] = [45 * SECOND, 0.6];

export interface ShopOptions {
  peopleADay: number;
  networks: number;
  /** The largest networks are carriers': everybody in them shares so many addresses. */
  carriers: number;
  addressesPerCarrier: number;
  /** Share of the people whose network was never seen. */
  churn: number;
  /** Share of the people who come back, each about once a week. */
  returning: number;
  /** Share of those who show a trusted device's token. */
  devices: number;
  /** Share of the people who, where they are refused a code, confirm by sending a text from the phone. */
  inbound: number;
}

/** What people may have. */
export type People = Partial<Pick<ShopOptions, 'devices' | 'inbound'>>;

export interface Visit {
  at: number;
  origin: Origin;
  refused: boolean;
  shutOut: boolean;
  confirmed: boolean;
}

interface Person {
  mobile: string;
  origin: Origin;
}

/** Honest people, who come by a daily curve, from networks in a Zipf distribution. */
export class Shop {
  readonly visits: Visit[] = [];
  private readonly sizes: Weighted;
  private readonly regulars = new Map<number, Person>();
  private serial = 0;

  constructor(
    readonly options: ShopOptions,
    private readonly chance: Chance,
  ) {
    this.sizes = new Weighted(Array.from({ length: options.networks }, (_, i) => 1 / (i + 1)));
  }

  /** Plans the visits of one day. `limiter` decides on them when they happen. */
  openDay(start: number, timeline: Timeline, limiter: Limiter): void {
    const hours = new Weighted(CURVE);
    for (let i = 0; i < this.options.peopleADay; i += 1) {
      const at = start + hours.draw(this.chance) * HOUR + Math.floor(this.chance.next() * HOUR);
      timeline.at(at, (now) => this.visit(now, timeline, limiter));
    }
  }

  /** An address in the network of this rank, 0 for the largest. */
  originIn(rank: number): Origin {
    const { carriers, addressesPerCarrier } = this.options;
    const shared = rank < carriers;
    const client = shared ? `${rank}.${this.chance.below(addressesPerCarrier)}` : `${rank}.${this.chance.below(254)}`;
    return { client, network: `${rank}`, parent: `${rank % Math.ceil(this.options.networks / 5)}` };
  }

  /** A network by its share of the people. */
  drawRank(): number {
    return this.sizes.draw(this.chance);
  }

  /** An address in a network that nobody has come from. */
  newOrigin(parent?: string): Origin {
    this.serial += 1;
    const network = `new${this.serial}`;
    const inside = this.chance.next() < 0.5 ? `${this.chance.below(Math.ceil(this.options.networks / 5))}` : network;
    return { client: `${network}.1`, network, parent: parent ?? inside };
  }

  newMobile(): string {
    this.serial += 1;
    return `m${this.serial}`;
  }

  /** A visit of this person now: asks, tries again where refused, and confirms as people do. */
  visit(
    now: number,
    timeline: Timeline,
    limiter: Limiter,
    { person = this.draw() as Person & { returns?: boolean }, retriesMs = RETRIES_MS, verify: willing = VERIFY } = {},
  ): Visit {
    const visit: Visit = { at: now, origin: person.origin, refused: false, shutOut: false, confirmed: false };
    this.visits.push(visit);
    const hasDevice = person.returns && this.options.devices > 0 && this.chance.next() < this.options.devices;
    const device = hasDevice ? `device of ${person.mobile}` : undefined;
    const wouldSend = this.options.inbound > 0 && this.chance.next() < this.options.inbound;
    const ask = (retries: readonly number[], verify: number, askAgain: number) => (time: number) => {
      if (!limiter.send(time, person.mobile, person.origin, device)) {
        visit.refused = true;
        if (wouldSend) {
          this.confirm(time, timeline, limiter, visit, person.mobile, [SEND_MEDIAN, SEND_SIGMA]);
          return;
        }
        const [retry, ...rest] = retries;
        if (retry === undefined) visit.shutOut = true;
        else timeline.at(time + retry, ask(rest, verify, askAgain));
        return;
      }
      const mood = this.chance.next();
      if (mood < verify) {
        this.confirm(time, timeline, limiter, visit, person.mobile, [25 * SECOND, 0.6]);
      } else if (mood < verify + askAgain) {
        timeline.at(time + MINUTE + this.chance.exponential(30 * SECOND), ask(RETRIES_MS, VERIFY_THEN, 0));
      }
    };
    ask(retriesMs, willing, ASK_AGAIN)(now);
    return visit;
  }

  /** A code that is typed, or a text that arrives: the store settles and credits both alike. */
  private confirm(
    now: number,
    timeline: Timeline,
    limiter: Limiter,
    visit: Visit,
    mobile: string,
    [median, sigma]: readonly [number, number],
  ): void {
    timeline.at(now + this.chance.logNormal(median, sigma), (then) => {
      visit.confirmed = true;
      limiter.confirm(Math.floor(then), mobile, visit.origin);
    });
  }

  /** Somebody who comes now: a regular, mostly from home, or somebody new. */
  private draw(): Person & { returns: boolean } {
    const { returning, churn, peopleADay } = this.options;
    const returns = this.chance.next() < returning;
    if (!returns) return { mobile: this.newMobile(), origin: this.anyOrigin(churn), returns };
    const number = this.chance.below(Math.ceil(peopleADay * returning * REGULAR_DAYS));
    let regular = this.regulars.get(number);
    if (!regular) {
      regular = { mobile: `regular${number}`, origin: this.anyOrigin(0) };
      this.regulars.set(number, regular);
    }
    const away = this.chance.next() < AWAY;
    return { mobile: regular.mobile, origin: away ? this.anyOrigin(churn) : regular.origin, returns };
  }

  private anyOrigin(churn: number): Origin {
    return this.chance.next() < churn ? this.newOrigin() : this.originIn(this.drawRank());
  }

  /** One that goes on from here on its own. */
  copy(seed: number, people: People = {}): Shop {
    const copy = new Shop({ ...this.options, ...people }, new Chance(seed));
    for (const [number, person] of this.regulars) copy.regulars.set(number, person);
    copy.serial = this.serial;
    return copy;
  }
}

export const DAY_MS = DAY;
