import { AGAIN_MS, type AllowanceRule } from '../../src/limits/allowances';
import { networkKeepMs, withCharge, withConfirmation } from '../../src/store/memory/allowance-changes';
import { type AllowanceLog, countWithin, withMessage } from '../../src/store/memory/allowance-log';
import { DAY_MS, NO_STANDING, type Standing, standingExpiresAt } from '../../src/store/memory/allowance-standing';
import { type AllowanceState, type Charge, decide, type Pool } from '../../src/store/memory/allowances';

export const HOUR_MS = 3_600_000;
/** The defaults of the settings that stand beside the allowances. */
const [COOLDOWN_MS, PER_MOBILE_HOUR, PER_MOBILE_DAY] = [60_000, 5, 10];

/** Where a request comes from. */
export interface Origin {
  client: string;
  network: string;
  parent: string;
}

interface Message {
  sentAt: number;
  origin: Origin;
  charge: Charge;
  paid: boolean;
}

/** `today`: twenty sends an hour for an address, and the budget, as before the allowances. */
export type Policy = { rule: AllowanceRule; budget: number } | { rule: 'today'; budget: number };

/** The limits of a send over plain maps, with the real arithmetic of the allowances. */
export class Limiter {
  private readonly standings = new Map<string, Standing>();
  private readonly confirmed = new Map<string, number>();
  private readonly messages = new Map<string, Message[]>();
  private pools: Record<Pool, AllowanceLog> = { known: [], unknown: [], person: [], device: [] };
  private sent: AllowanceLog = [];
  private startedAt: number | undefined;

  constructor(private readonly policy: Policy) {}

  /** One that goes on from here on its own; what it holds is never changed in place. */
  copy(policy = this.policy): Limiter {
    const copy = new Limiter(policy);
    for (const [key, standing] of this.standings) copy.standings.set(key, standing);
    for (const [key, at] of this.confirmed) copy.confirmed.set(key, at);
    for (const [key, list] of this.messages)
      copy.messages.set(
        key,
        list.map((message) => ({ ...message })),
      );
    copy.pools = this.pools;
    copy.sent = this.sent;
    copy.startedAt = this.startedAt;
    return copy;
  }

  send(now: number, mobile: string, origin: Origin, device = false): boolean {
    const recent = (this.messages.get(mobile) ?? []).filter(({ sentAt }) => sentAt + DAY_MS > now);
    const last = recent.at(-1);
    if (last && last.sentAt + COOLDOWN_MS > now) return false;
    if (recent.length >= PER_MOBILE_DAY) return false;
    if (recent.filter(({ sentAt }) => sentAt + HOUR_MS > now).length >= PER_MOBILE_HOUR) return false;
    if (countWithin(this.sent, DAY_MS, now) >= this.policy.budget) return false;
    const charge = this.charge(now, mobile, origin, recent, device);
    if (!charge) return false;
    this.sent = withMessage(this.sent, DAY_MS, now);
    this.messages.set(mobile, [...recent, { sentAt: now, origin, charge, paid: false }]);
    return true;
  }

  confirm(now: number, mobile: string, origin: Origin): void {
    if (this.policy.rule === 'today') return;
    const messages = (this.messages.get(mobile) ?? []).filter(
      (message) => !message.paid && message.sentAt + AGAIN_MS > now && message.origin.client === origin.client,
    );
    for (const message of messages) message.paid = true;
    this.write(origin, withConfirmation(this.state(mobile, origin), messages, now));
    this.confirmed.set(mobile, now);
  }

  /** Lets go of what no longer counts; tells what is left. */
  sweep(now: number): { keys: number; numbers: number } {
    for (const [key, standing] of this.standings) {
      const whose = key.startsWith('n') ? 'network' : 'client';
      const keepMs = whose === 'network' ? networkKeepMs(standing, now) : DAY_MS;
      if (standingExpiresAt(standing, whose, keepMs) <= now) this.standings.delete(key);
    }
    for (const [mobile, at] of this.confirmed) if (at + 30 * DAY_MS <= now) this.confirmed.delete(mobile);
    for (const [mobile, list] of this.messages) {
      if (list.every(({ sentAt }) => sentAt + DAY_MS <= now)) this.messages.delete(mobile);
    }
    let numbers = 0;
    for (const { debts } of this.standings.values()) numbers += 3 + debts.length;
    return { keys: this.standings.size, numbers };
  }

  private charge(now: number, mobile: string, origin: Origin, recent: Message[], device: boolean): Charge | undefined {
    const { rule } = this.policy;
    if (rule === 'today') return this.chargeToday(now, origin);
    const pending = recent.filter(
      (message) => !message.paid && message.sentAt + AGAIN_MS > now && message.origin.network === origin.network,
    );
    const ofMobile = recent.flatMap(({ sentAt }) => [sentAt, 1]);
    const state = this.state(mobile, origin);
    const decision = decide(state, { ofMobile, again: pending.length === 1, device }, rule, now);
    if (!decision.allow) return undefined;
    this.write(origin, withCharge(state, decision.charge, now));
    return decision.charge;
  }

  private chargeToday(now: number, { client }: Origin): Charge | undefined {
    const standing = this.standings.get(`c${client}`) ?? NO_STANDING;
    if (countWithin(standing.debts, HOUR_MS, now) >= 20) return undefined;
    this.standings.set(`c${client}`, { ...standing, debts: withMessage(standing.debts, HOUR_MS, now) });
    return 'own';
  }

  private state(mobile: string, { client, network, parent }: Origin): AllowanceState {
    return {
      client: this.standings.get(`c${client}`) ?? NO_STANDING,
      network: this.standings.get(`n${network}`) ?? NO_STANDING,
      parent: this.standings.get(`p${parent}`) ?? NO_STANDING,
      pools: this.pools,
      startedAt: this.startedAt,
      confirmedAt: this.confirmed.get(mobile),
    };
  }

  private write(origin: Origin, state: AllowanceState): void {
    this.standings.set(`c${origin.client}`, state.client);
    this.standings.set(`n${origin.network}`, state.network);
    if (state.parent !== NO_STANDING) this.standings.set(`p${origin.parent}`, state.parent);
    this.pools = state.pools;
    this.startedAt = state.startedAt;
  }
}
