import { CREDIT_MS } from '../../limits/allowances';
import { withMessage, withoutMessage } from './allowance-log';
import { DAY_MS, isKnown, type Standing, WEEK_MS, withCredit, withDebt, withoutDebt } from './allowance-standing';
import { type AllowanceState, type Charge, OF_NETWORK, OF_PARENT } from './allowances';

/** The state with a message more, at `now`, that this charge pays for. */
export function withCharge(state: AllowanceState, charge: Charge, now: number): AllowanceState {
  const { client, network, parent, pools } = state;
  return {
    ...state,
    client: withDebt(client, DAY_MS, now),
    network: OF_NETWORK.has(charge) ? withDebt(network, networkKeepMs(network, now), now) : network,
    parent: OF_PARENT.has(charge) ? withDebt(parent, DAY_MS, now) : parent,
    pools: charge === 'own' ? pools : { ...pools, [charge]: withMessage(pools[charge], DAY_MS, now) },
    // A time that is still to come was read from a clock that was wrong: until then the shop would count as young.
    startedAt: Math.min(state.startedAt ?? now, now),
  };
}

/** The state without a message of the time `sentAt`: it was confirmed, or it was definitely not sent. */
export function withRefund(state: AllowanceState, charge: Charge, sentAt: number): AllowanceState {
  const { client, network, parent, pools } = state;
  return {
    ...state,
    client: withoutDebt(client, sentAt),
    network: OF_NETWORK.has(charge) ? withoutDebt(network, sentAt) : network,
    parent: OF_PARENT.has(charge) ? withoutDebt(parent, sentAt) : parent,
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
    // Whatever stood there: a time that is still to come was read from a clock that was wrong, and would earn nobody credit until then.
    confirmedAt: now,
  };
}

/** What a confirmation counts for: 1, or for a number that confirmed lately the share of CREDIT_MS since then. */
export function confirmationWeight(confirmedAt: number | undefined, now: number): number {
  if (confirmedAt === undefined) return 1;
  return Math.min(1, Math.max(0, now - confirmedAt) / CREDIT_MS);
}

/** How long a debt of this network can count. */
export function networkKeepMs(network: Standing, now: number): number {
  return isKnown(network, now) ? DAY_MS : WEEK_MS;
}
