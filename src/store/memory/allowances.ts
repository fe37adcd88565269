import { type AllowanceRule, CREDIT_MS, HISTORY_MS, YOUNG_MS } from '../../limits/allowances';
import { type AllowanceLog, countWithin, waitBelow, withMessage, withoutMessage } from './allowance-log';
import {
  confirmationRate,
  DAY_MS,
  isKnown,
  power,
  type Standing,
  WEEK_MS,
  withCredit,
  withDebt,
  withoutDebt,
} from './allowance-standing';

const HOUR_MS = 3_600_000;
/** Grades are not raised to more than this: what is left by then is less than one message of any pool. */
const MOST_DEBTS = 60;
const MOST_NETWORK_DEBTS = 1000;

/** What all may draw on who have no credit of their own: people of known networks, of unknown ones, known numbers, trusted devices. */
export type Pool = 'known' | 'unknown' | 'person' | 'device';
export const POOLS: readonly Pool[] = ['known', 'unknown', 'person', 'device'];

/** What pays for a message until it is confirmed: its network's own credit, or a pool. */
export type Charge = 'own' | Pool;

/** All that a decision depends on. It belongs to one send: who asks, and what the shop has left. */
export interface AllowanceState {
  client: Standing;
  /** The client's /24 or /48. */
  network: Standing;
  /** The network's /16 or /32. Its debts are the messages that its networks drew from the pool of unknown ones. */
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
  const { client, network } = state;
  const clientRate = confirmationRate(client, now);
  if (rule.perClientHour > 0) {
    const limit = Math.max(rule.perClientHour, Math.floor(rule.perClientShare * clientRate));
    const waitMs = waitBelow(client.debts, HOUR_MS, limit, now);
    if (waitMs > 0) return { allow: false, limit: 'client', waitMs };
  }
  const known = isKnown(network, now);
  if (!known && !asking.device) {
    const waitMs = waitBelow(asking.ofMobile, DAY_MS, rule.strangersPerMobile, now);
    if (waitMs > 0) return { allow: false, limit: 'mobile', waitMs };
  }

  const young = isYoung(state, now);
  const debts = countWithin(network.debts, DAY_MS, now);
  const own = ownCredit(network, young, rule, now);
  // What a client's own confirmations cover is no reason to trust it less: many people may share its address.
  const clientDebts = Math.max(0, countWithin(client.debts, DAY_MS, now) - Math.floor(rule.clientCredit * clientRate));
  const reach = power(rule.ownGrade, Math.min(clientDebts, MOST_DEBTS));
  const ownLimit = own * (asking.again ? Math.max(reach, rule.ownGrade) : reach);
  if (debts < ownLimit) return { allow: true, charge: 'own' };

  const waits = ownLimit > 0 ? [waitBelow(network.debts, DAY_MS, ownLimit, now)] : [];
  for (const { pool, limit, parentLimit } of poolLimits(state, asking, { known, young, own, clientDebts }, rule, now)) {
    const waitMs = Math.max(
      waitBelow(state.pools[pool], DAY_MS, limit, now),
      parentLimit === undefined ? 0 : waitBelow(state.parent.debts, DAY_MS, parentLimit, now),
    );
    if (waitMs === 0) return { allow: true, charge: pool };
    waits.push(waitMs);
  }
  return { allow: false, limit: 'pool', waitMs: Math.min(...waits) };
}

interface Standings {
  known: boolean;
  young: boolean;
  own: number;
  clientDebts: number;
}

interface PoolLimit {
  pool: Pool;
  /** The pool gives while fewer messages than this were drawn from it; above 0. */
  limit: number;
  /** The same for what the network's parent drew. */
  parentLimit?: number;
}

/** The pools that may pay for this message, the one meant for it first. */
function poolLimits(
  state: AllowanceState,
  asking: Asking,
  { known, young, own, clientDebts }: Standings,
  rule: AllowanceRule,
  now: number,
): PoolLimit[] {
  const limits: PoolLimit[] = [];
  const graded = (size: number, grade: number, debts: number) =>
    Math.max(rule.ungraded, size * power(grade, Math.min(debts, MOST_DEBTS)));
  const networkDebts = Math.max(0, countWithin(state.network.debts, known ? DAY_MS : WEEK_MS, now) - own);
  if (state.confirmedAt !== undefined && now - state.confirmedAt < HISTORY_MS) {
    const ofMobile = countWithin(asking.ofMobile, DAY_MS, now);
    const size = rule.personSize * power(rule.personNetworkGrade, Math.min(networkDebts, MOST_NETWORK_DEBTS));
    limits.push({ pool: 'person', limit: graded(size, rule.personGrade, Math.max(clientDebts, ofMobile)) });
  }
  if (asking.device) limits.push({ pool: 'device', limit: rule.deviceSize });
  const debts = Math.max(clientDebts, networkDebts);
  if (known) {
    const limit = graded(rule.knownSize, rule.knownGrade, debts);
    limits.push({ pool: 'known', limit: asking.again ? Math.max(limit, rule.knownSize * rule.knownAgain) : limit });
    return limits;
  }
  const size = young ? rule.youngSize : rule.unknownSize;
  const grade = young ? rule.youngGrade : rule.unknownGrade;
  const againGrade = young ? rule.youngGrade : rule.unknownAgain;
  limits.push({
    pool: 'unknown',
    limit: asking.again ? Math.max(graded(size, grade, debts), size * againGrade) : graded(size, grade, debts),
    parentLimit: Math.max(rule.ungraded, rule.parentShare * size) + Math.floor(confirmationRate(state.parent, now)),
  });
  return limits;
}

/** Unconfirmed messages in 24 hours that a network answers for itself. */
function ownCredit(network: Standing, young: boolean, rule: AllowanceRule, now: number): number {
  const rate = confirmationRate(network, now);
  if (rate >= (young ? rule.ownFromYoung : rule.ownFrom)) return rule.ownBase + Math.floor(rule.ownShare * rate);
  return rate >= rule.oneFrom ? 1 : 0;
}

/** Whether the shop is in its first days, or its state was lost. */
export function isYoung({ startedAt }: { startedAt: number | undefined }, now: number): boolean {
  return startedAt === undefined || now - startedAt < YOUNG_MS;
}

/** The state with a message more, at `now`, that this charge pays for. */
export function withCharge(state: AllowanceState, charge: Charge, now: number): AllowanceState {
  const { client, network, parent, pools } = state;
  return {
    ...state,
    client: withDebt(client, DAY_MS, now),
    network: withDebt(network, networkKeepMs(network, now), now),
    parent: charge === 'unknown' ? withDebt(parent, DAY_MS, now) : parent,
    pools: charge === 'own' ? pools : { ...pools, [charge]: withMessage(pools[charge], DAY_MS, now) },
    startedAt: state.startedAt ?? now,
  };
}

/** The state without a message of the time `sentAt`: it was confirmed, or it was definitely not sent. */
export function withRefund(state: AllowanceState, charge: Charge, sentAt: number): AllowanceState {
  const { client, network, parent, pools } = state;
  return {
    ...state,
    client: withoutDebt(client, sentAt),
    network: withoutDebt(network, sentAt),
    parent: charge === 'unknown' ? withoutDebt(parent, sentAt) : parent,
    pools: charge === 'own' ? pools : { ...pools, [charge]: withoutMessage(pools[charge], sentAt) },
  };
}

/**
 * The state after a right code. `state` is that of whoever asked for the message, `messages` the mobile's of the last AGAIN_MS
 * that the same client asked for, the confirmed one among them: they leave all debts.
 */
export function withConfirmation(
  state: AllowanceState,
  messages: readonly { charge: Charge; sentAt: number }[],
  now: number,
): AllowanceState {
  const paid = messages.reduce((rest, { charge, sentAt }) => withRefund(rest, charge, sentAt), state);
  const weight = confirmationWeight(state.confirmedAt, now);
  return {
    ...paid,
    client: withCredit(paid.client, weight, now),
    network: withCredit(paid.network, weight, now),
    parent: withCredit(paid.parent, weight, now),
    confirmedAt: Math.max(now, state.confirmedAt ?? 0),
  };
}

/** What a confirmation counts for: 1, or for a number that confirmed lately the share of CREDIT_MS since then. */
function confirmationWeight(confirmedAt: number | undefined, now: number): number {
  if (confirmedAt === undefined) return 1;
  return Math.min(1, Math.max(0, now - confirmedAt) / CREDIT_MS);
}

/** How long a debt of this network can count. */
export function networkKeepMs(network: Standing, now: number): number {
  return isKnown(network, now) ? DAY_MS : WEEK_MS;
}
