import { AGAIN_MS, type AllowanceRule, HISTORY_MS, MESSAGES_PER_DEVICE } from '../../src/limits/allowances';
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

type Standings = Map<string, { standing: Standing; expiresAt: number }>;
const NO_MESSAGES: readonly Message[] = [];

/** The limits of a send over plain maps, with the real arithmetic of the allowances. Nothing in the maps is changed in place. */
export class Limiter {
  private clients: Standings = new Map();
  private networks: Standings = new Map();
  private parents: Standings = new Map();
  private confirmed = new Map<string, number>();
  private messages = new Map<string, readonly Message[]>();
  private devices = new Map<string, AllowanceLog>();
  private pools: Record<Pool, AllowanceLog> = { known: [], unknown: [], person: [], device: [] };
  private sent: AllowanceLog = [];
  /** Remembered for as long as a history since the last message. */
  private started: { at: number; expiresAt: number } | undefined;

  constructor(private readonly policy: Policy) {}

  /** One that goes on from here on its own. */
  copy(policy = this.policy): Limiter {
    const copy = new Limiter(policy);
    copy.clients = new Map(this.clients);
    copy.networks = new Map(this.networks);
    copy.parents = new Map(this.parents);
    copy.confirmed = new Map(this.confirmed);
    copy.messages = new Map(this.messages);
    copy.devices = new Map(this.devices);
    copy.pools = this.pools;
    copy.sent = this.sent;
    copy.started = this.started;
    return copy;
  }

  /** @param device the trusted device that is shown. */
  send(now: number, mobile: string, origin: Origin, device?: string): boolean {
    const held = this.messages.get(mobile);
    const recent = held ? held.filter(({ sentAt }) => sentAt + DAY_MS > now) : NO_MESSAGES;
    const last = recent.at(-1);
    if (last && last.sentAt + COOLDOWN_MS > now) return false;
    if (recent.length >= PER_MOBILE_DAY) return false;
    if (recent.filter(({ sentAt }) => sentAt + HOUR_MS > now).length >= PER_MOBILE_HOUR) return false;
    if (countWithin(this.sent, DAY_MS, now) >= this.policy.budget) return false;
    const charge = this.charge(now, mobile, origin, recent, device);
    if (!charge) return false;
    if (charge === 'device' && device) this.devices.set(device, withMessage(this.ofDevice(device), DAY_MS, now));
    this.sent = withMessage(this.sent, DAY_MS, now);
    this.messages.set(mobile, [...recent, { sentAt: now, origin, charge, paid: false }]);
    return true;
  }

  confirm(now: number, mobile: string, origin: Origin): void {
    if (this.policy.rule === 'today') return;
    const messages = this.messages.get(mobile) ?? NO_MESSAGES;
    const isPaid = (message: Message) =>
      !message.paid && message.sentAt + AGAIN_MS > now && message.origin.client === origin.client;
    const paid = messages.filter(isPaid);
    this.messages.set(
      mobile,
      messages.map((message) => (isPaid(message) ? { ...message, paid: true } : message)),
    );
    this.write(now, origin, withConfirmation(this.state(now, mobile, origin), paid, now));
    this.confirmed.set(mobile, now);
  }

  /** Lets go of what no longer counts; tells what is left. */
  sweep(now: number): { keys: number; numbers: number } {
    for (const [mobile, at] of this.confirmed) if (at + HISTORY_MS <= now) this.confirmed.delete(mobile);
    for (const [mobile, list] of this.messages) {
      if (list.every(({ sentAt }) => sentAt + DAY_MS <= now)) this.messages.delete(mobile);
    }
    let [keys, numbers] = [0, 0];
    for (const standings of [this.clients, this.networks, this.parents]) {
      for (const [key, { standing, expiresAt }] of standings) {
        if (expiresAt <= now) standings.delete(key);
        else numbers += 3 + standing.debts.length;
      }
      keys += standings.size;
    }
    return { keys, numbers };
  }

  private ofDevice(device: string): AllowanceLog {
    return this.devices.get(device) ?? [];
  }

  private charge(
    now: number,
    mobile: string,
    origin: Origin,
    recent: readonly Message[],
    device: string | undefined,
  ): Charge | undefined {
    const { rule } = this.policy;
    if (rule === 'today') return this.chargeToday(now, origin);
    const pending = recent.filter(
      (message) => !message.paid && message.sentAt + AGAIN_MS > now && message.origin.network === origin.network,
    );
    const ofMobile = recent.flatMap(({ sentAt }) => [sentAt, 1]);
    const state = this.state(now, mobile, origin);
    const trusted = device !== undefined && countWithin(this.ofDevice(device), DAY_MS, now) < MESSAGES_PER_DEVICE;
    const decision = decide(state, { ofMobile, again: pending.length === 1, device: trusted }, rule, now);
    if (!decision.allow) return undefined;
    this.write(now, origin, withCharge(state, decision.charge, now));
    return decision.charge;
  }

  private chargeToday(now: number, { client }: Origin): Charge | undefined {
    const standing = standingIn(this.clients, client, now);
    if (countWithin(standing.debts, HOUR_MS, now) >= 20) return undefined;
    const next = { ...standing, debts: withMessage(standing.debts, HOUR_MS, now) };
    this.clients.set(client, { standing: next, expiresAt: now + HOUR_MS });
    return 'own';
  }

  private state(now: number, mobile: string, { client, network, parent }: Origin): AllowanceState {
    const confirmedAt = this.confirmed.get(mobile);
    return {
      client: standingIn(this.clients, client, now),
      network: standingIn(this.networks, network, now),
      parent: standingIn(this.parents, parent, now),
      pools: this.pools,
      startedAt: this.started && this.started.expiresAt > now ? this.started.at : undefined,
      confirmedAt: confirmedAt !== undefined && confirmedAt + HISTORY_MS > now ? confirmedAt : undefined,
    };
  }

  private write(now: number, origin: Origin, { client, network, parent, pools, startedAt }: AllowanceState): void {
    put(this.clients, origin.client, client, standingExpiresAt(client, 'client', DAY_MS), now);
    put(
      this.networks,
      origin.network,
      network,
      standingExpiresAt(network, 'network', networkKeepMs(network, now)),
      now,
    );
    put(this.parents, origin.parent, parent, standingExpiresAt(parent, 'parent', DAY_MS), now);
    this.pools = pools;
    if (startedAt !== undefined) this.started = { at: startedAt, expiresAt: now + HISTORY_MS };
  }
}

function standingIn(standings: Standings, key: string, now: number): Standing {
  const held = standings.get(key);
  return held && held.expiresAt > now ? held.standing : NO_STANDING;
}

function put(standings: Standings, key: string, standing: Standing, expiresAt: number, now: number): void {
  if (expiresAt > now) standings.set(key, { standing, expiresAt });
  else standings.delete(key);
}
