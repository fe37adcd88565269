import type { Chance } from './chance';
import type { Limiter, Origin } from './limiter';
import type { Timeline } from './timeline';

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

export interface Attack {
  /** Addresses that take part. */
  bots: readonly Origin[];
  /** Whom a bot writes to; without it, to somebody new each time. */
  victims?: readonly string[];
  /** Numbers of the attacker's own, and the share of the messages that go there and are confirmed. */
  ownNumbers?: readonly string[];
  ownShare?: number;
  /** Each of its numbers made a device trusted, and whoever writes to others shows one of them. */
  devices?: boolean;
  /** Where its own number is refused a code, it confirms by sending a text from it. */
  inbound?: boolean;
  /** Ms until a bot that was refused tries again. */
  pauseMs: number;
  /** Ms until a bot that got a message sent tries again; without it, as soon as it can. */
  paceMs?: number;
  /** Ms over which the bots set out. */
  rampMs?: number;
  /** Asks a second time for the same mobile after a minute, as people do. */
  asksAgain?: boolean;
  /** Days, before the attack, in which the bots only confirm their own numbers, once a day each. */
  honestDays?: number;
}

/** An attack that runs for `lengthMs` from `start`. It reads every captcha. */
export class RunningAttack {
  wasted = 0;
  /** When a bot was first refused. */
  noticedAt: number | undefined;
  readonly received = new Map<string, number>();

  constructor(
    private readonly attack: Attack,
    private readonly timeline: Timeline,
    private readonly limiter: Limiter,
    private readonly chance: Chance,
    start: number,
    lengthMs: number,
  ) {
    this.end = start + lengthMs;
    const { bots, rampMs = 10 * MINUTE, honestDays = 0 } = attack;
    for (const bot of bots) timeline.at(start + Math.floor(chance.next() * rampMs), (now) => this.next(now, bot));
    for (let day = 1; day <= honestDays; day += 1) this.behave(start - day * 24 * HOUR);
  }

  private readonly end: number;
  /** Somebody who had no message yet. */
  private stranger = 'v0';

  private next(now: number, origin: Origin): void {
    if (now >= this.end) return;
    const { ownNumbers, ownShare = 0, victims, asksAgain, pauseMs, paceMs = SECOND } = this.attack;
    if (ownNumbers && this.chance.next() < ownShare) {
      this.confirmOwn(now, origin, ownNumbers);
      return;
    }
    const mobile = victims ? this.pick(victims) : this.stranger;
    if (!this.try(now, mobile, origin)) {
      this.timeline.at(now + Math.floor(pauseMs * (0.5 + this.chance.next())), (then) => this.next(then, origin));
      return;
    }
    if (asksAgain) this.timeline.at(now + 61 * SECOND, (then) => this.try(then, mobile, origin));
    this.timeline.at(now + (asksAgain ? Math.max(paceMs, 62 * SECOND) : paceMs), (then) => this.next(then, origin));
  }

  private try(now: number, mobile: string, origin: Origin): boolean {
    const { devices, ownNumbers } = this.attack;
    const device = devices && ownNumbers ? `device of ${this.pick(ownNumbers)}` : undefined;
    if (!this.limiter.send(now, mobile, origin, device)) {
      this.noticedAt ??= now;
      return false;
    }
    this.wasted += 1;
    this.stranger = `v${this.wasted}`;
    this.received.set(mobile, (this.received.get(mobile) ?? 0) + 1);
    return true;
  }

  private confirmOwn(now: number, origin: Origin, numbers: readonly string[]): void {
    const mobile = this.pick(numbers);
    const sent = this.limiter.send(now, mobile, origin);
    if (sent || this.attack.inbound)
      this.timeline.at(now + 10 * SECOND, (then) => this.limiter.confirm(then, mobile, origin));
    const pause = sent ? 11 * SECOND : this.attack.pauseMs;
    this.timeline.at(now + pause, (then) => this.next(then, origin));
  }

  private behave(day: number): void {
    const { bots, ownNumbers = [] } = this.attack;
    for (const [i, mobile] of ownNumbers.entries()) {
      const origin = bots[i % bots.length] as Origin;
      const at = day + Math.floor(this.chance.next() * 20 * HOUR);
      this.timeline.at(at, (now) => {
        if (this.limiter.send(now, mobile, origin)) {
          this.timeline.at(now + 20 * SECOND, (then) => this.limiter.confirm(then, mobile, origin));
        }
      });
    }
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.chance.below(list.length)] as T;
  }
}
