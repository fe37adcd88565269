import {
  type AllowanceCharge,
  type AllowancePool,
  type AllowanceRule,
  HISTORY_MS,
  YOUNG_MS,
} from '../../limits/allowances';
import { type AllowanceLog, countWithin, waitBelow } from './allowance-log';
import { confirmationRate, DAY_MS, isKnown, power, type Standing, WEEK_MS } from './allowance-standing';

const HOUR_MS = 3_600_000;
/** Grades are not raised to more than this: what is left by then is less than one message of any pool. */
const MOST_DEBTS = 60;

export type Pool = AllowancePool;
export const POOLS: readonly Pool[] = ['known', 'unknown', 'person', 'device'];

/**
 * What pays for a message until it is confirmed: its network's own credit, or a pool. What a known number or a trusted device pays for
 * is no debt of the network: strangers there would have to answer for it.
 */
export type Charge = AllowanceCharge;

export const OF_NETWORK: ReadonlySet<Charge> = new Set(['own', 'known', 'unknown']);
export const OF_PARENT: ReadonlySet<Charge> = new Set(['unknown', 'person', 'device']);

/** All that a decision depends on. It belongs to one send: who asks, and what the shop has left. */
export interface AllowanceState {
  client: Standing;
  /** The client's /24 or /48. */
  network: Standing;
  /** The network's /16 or /32. Its debts are the messages that its networks drew from pools other than that of known ones. */
  parent: Standing;
  /** Messages drawn over 24 hours. */
  pools: Readonly<Record<Pool, AllowanceLog>>;
  /** When the shop's first message was counted; absent if that is not known. */
  startedAt: number | undefined;
  /** When the mobile was last confirmed; absent if that is not known. */
  confirmedAt: number | undefined;
}

export interface Asking {
  /** The mobile's messages of the last 24 hours, confirmed or not. */
  ofMobile: AllowanceLog;
  /** Exactly one unconfirmed message to this mobile, asked for from this network, is younger than AGAIN_MS. */
  again: boolean;
  /** A valid token of a trusted device that has messages left was shown. */
  device: boolean;
}

export type Decision =
  | { allow: true; charge: Charge }
  /** `limit`: what refused. `waitMs`: until that can be different if nobody else sends or confirms, at least 1. */
  | { allow: false; limit: 'client' | 'mobile' | 'pool'; waitMs: number };

/** Whether a message may be sent, and what pays for it. */
export function decide(state: AllowanceState, asking: Asking, rule: AllowanceRule, now: number): Decision {
  const decision = decideWithLimits(state, asking, rule, now);
  return decision.allow ? { allow: true, charge: decision.charge } : decision;
}

export type DecisionWithLimits =
  | Exclude<Decision, { allow: true }>
  | { allow: true; charge: Charge; limits: readonly { of: 'network' | 'parent' | Pool; limit: number }[] };

/** The same, with what the logs of whoever pays must stay below: for a store that can't decide and charge in one step. */
export function decideWithLimits(
  state: AllowanceState,
  asking: Asking,
  rule: AllowanceRule,
  now: number,
): DecisionWithLimits {
  const { client, network } = state;
  if (rule.perClientHour > 0) {
    const waitMs = waitBelow(client.debts, HOUR_MS, clientHourLimit(client, rule, now), now);
    if (waitMs > 0) return { allow: false, limit: 'client', waitMs };
  }
  // In the first days nobody is known: the caps of the mobile are enough then.
  if (!isYoung(state, now) && !isKnown(network, now) && !asking.device) {
    const waitMs = waitBelow(asking.ofMobile, DAY_MS, rule.strangersPerMobile, now);
    if (waitMs > 0) return { allow: false, limit: 'mobile', waitMs };
  }

  const clientDebts = debtsOfClient(client, rule, now);
  const waits: number[] = [];
  for (const allowance of [
    ...personalAllowances(state, asking, clientDebts, rule, now),
    ...networkAllowances(state, asking, clientDebts, rule, now),
  ]) {
    const waitMs = Math.max(...allowance.limits.map(({ log, limit }) => waitBelow(log, DAY_MS, limit, now)));
    if (waitMs === 0) return { allow: true, ...allowance };
    waits.push(waitMs);
  }
  return { allow: false, limit: 'pool', waitMs: Math.min(...waits) };
}

/** Unconfirmed messages that a client may have in an hour. */
function clientHourLimit(client: Standing, rule: AllowanceRule, now: number): number {
  return Math.max(rule.perClientHour, Math.floor(rule.perClientShare * confirmationRate(client, now)));
}

/** It pays while each of these logs holds fewer messages of 24 hours than its limit; limits are above 0. */
interface Allowance {
  charge: Charge;
  limits: { of: 'network' | 'parent' | Pool; log: AllowanceLog; limit: number }[];
}

/** What is known of the person pays first, whatever the network. */
function personalAllowances(
  state: AllowanceState,
  asking: Asking,
  clientDebts: number,
  rule: AllowanceRule,
  now: number,
): Allowance[] {
  const ofParent = parentLimit(state, rule, now, rule.personShares);
  const allowances: Allowance[] = [];
  if (state.confirmedAt !== undefined && now - state.confirmedAt < HISTORY_MS) {
    const debts = Math.max(clientDebts, countWithin(asking.ofMobile, DAY_MS, now));
    const limit = graded(rule.personSize, rule.personGrade, debts, rule);
    allowances.push({ charge: 'person', limits: [{ of: 'person', log: state.pools.person, limit }, ofParent] });
  }
  if (asking.device) {
    allowances.push({
      charge: 'device',
      limits: [{ of: 'device', log: state.pools.device, limit: rule.deviceSize }, ofParent],
    });
  }
  return allowances;
}

/** What the network earned, then the pool of networks like it. */
function networkAllowances(
  state: AllowanceState,
  asking: Asking,
  clientDebts: number,
  rule: AllowanceRule,
  now: number,
): Allowance[] {
  const { network, pools } = state;
  const young = isYoung(state, now);
  const known = isKnown(network, now);
  const rate = confirmationRate(network, now);
  const one = rate >= rule.oneFrom ? 1 : 0;
  const own =
    rate >= (young ? rule.ownFromYoung : rule.ownFrom) ? rule.ownBase + Math.floor(rule.ownShare * rate) : one;
  const allowances: Allowance[] = [];
  if (own > 0) {
    const reach = power(rule.ownGrade, Math.min(clientDebts, MOST_DEBTS));
    const limit = own * (asking.again ? Math.max(reach, rule.ownAgain) : reach);
    allowances.push({ charge: 'own', limits: [{ of: 'network', log: network.debts, limit }] });
  }
  const debts = Math.max(clientDebts, countWithin(network.debts, known ? DAY_MS : WEEK_MS, now) - own);
  const inPool = (size: number, grade: number, againGrade: number) =>
    Math.max(graded(size, grade, debts, rule), asking.again ? size * againGrade : 0);
  if (known) {
    const limit = inPool(rule.knownSize, rule.knownGrade, rule.knownAgain);
    allowances.push({ charge: 'known', limits: [{ of: 'known', log: pools.known, limit }] });
  } else {
    // In the first days a network's debt says little: somebody who asks again is held to one less, and no flat share can be filled.
    const limit = young
      ? graded(rule.youngSize, rule.youngGrade, asking.again ? debts - 1 : debts, rule)
      : inPool(rule.unknownSize, rule.unknownGrade, rule.unknownAgain);
    allowances.push({
      charge: 'unknown',
      limits: [{ of: 'unknown', log: pools.unknown, limit }, parentLimit(state, rule, now, 1)],
    });
  }
  return allowances;
}

/** How far down a pool of this size somebody with so many debts reaches. */
function graded(size: number, grade: number, debts: number, rule: AllowanceRule): number {
  return Math.max(rule.ungraded, size * power(grade, Math.max(0, Math.min(debts, MOST_DEBTS))));
}

/** What one parent may draw, in so many shares: more the more is confirmed there. */
function parentLimit(
  state: AllowanceState,
  rule: AllowanceRule,
  now: number,
  shares: number,
): Allowance['limits'][number] {
  const size = isYoung(state, now) ? rule.youngSize : rule.unknownSize;
  const share = shares * Math.max(rule.ungraded, rule.parentShare * size, 1);
  return { of: 'parent', log: state.parent.debts, limit: share + Math.floor(confirmationRate(state.parent, now)) };
}

/** Debts beyond what the client's own confirmations cover: many people may share its address. */
function debtsOfClient(client: Standing, rule: AllowanceRule, now: number): number {
  const covered = Math.floor(rule.clientCredit * confirmationRate(client, now));
  return Math.max(0, countWithin(client.debts, DAY_MS, now) - covered);
}

/** Whether the shop is in its first days, or its state was lost. */
export function isYoung({ startedAt }: { startedAt: number | undefined }, now: number): boolean {
  return startedAt === undefined || now - startedAt < YOUNG_MS;
}
