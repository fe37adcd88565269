import { AGAIN_MS, HISTORY_MS } from '../../limits/allowances';
import type { AllowanceRequest } from '../../limits/rules';
import type { StoreKeys } from '../keys';
import type { AllowanceRefund } from '../store';
import { networkKeepMs, withCharge, withConfirmation, withRefund } from './allowance-changes';
import type { AllowanceLog } from './allowance-log';
import { DAY_MS, NO_STANDING, type Standing, standingExpiresAt } from './allowance-standing';
import { type AllowanceState, type Charge, type Decision, decide, POOLS, type Pool } from './allowances';
import type { ExpiringEntries } from './expiring-entries';

/** A message that nobody confirmed yet. */
interface UnpaidMessage {
  at: number;
  client: string;
  network: string;
  charge: Charge;
}

type Asker = Pick<AllowanceRequest, 'client' | 'network' | 'parent'>;

/** The allowances of the in-process store: keeps the state, and leaves the arithmetic to `allowances.ts`. */
export class MemoryAllowances {
  constructor(
    private readonly entries: ExpiringEntries,
    private readonly keys: StoreKeys,
    private readonly clock: () => number,
  ) {}

  /**
   * @param ofMobile the mobile's messages of the last 24 hours.
   * @param device a trusted device was shown that may ask for a message more.
   */
  decide(mobile: string, request: AllowanceRequest, ofMobile: AllowanceLog, device: boolean): Decision {
    const again = this.unpaid(mobile).filter(({ network }) => network === request.network).length === 1;
    const asking = { ofMobile, again, device };
    return decide(this.state(request, request.person), asking, request.rule, this.clock());
  }

  /** @param now by which it can be refunded. */
  charge(mobile: string, asker: AllowanceRequest, charge: Charge, now: number): void {
    this.write(asker, withCharge(this.state(asker, asker.person), charge, now));
    const { client, network } = asker;
    this.writeUnpaid(mobile, [...this.unpaid(mobile), { at: now, client, network, charge }]);
  }

  refund(mobile: string, { charge, sentAt, ...asker }: AllowanceRefund): void {
    this.write(asker, withRefund(this.state(asker, ''), charge, sentAt));
    const unpaid = this.unpaid(mobile);
    const index = unpaid.findIndex(({ at, client }) => at === sentAt && client === asker.client);
    if (index >= 0) this.writeUnpaid(mobile, unpaid.toSpliced(index, 1));
  }

  /** A right code: its mobile's messages that the same client asked for lately leave all debts, and credit grows. */
  confirm(mobile: string, asker: Asker, person: string): void {
    const now = this.clock();
    const unpaid = this.unpaid(mobile);
    const own = ({ client, network }: UnpaidMessage) => client === asker.client && network === asker.network;
    const messages = unpaid.filter(own).map(({ at, charge }) => ({ sentAt: at, charge }));
    const state = withConfirmation(this.state(asker, person), messages, now);
    this.write(asker, state);
    this.entries.set(this.keys.person(person), now, HISTORY_MS);
    this.writeUnpaid(
      mobile,
      unpaid.filter((message) => !own(message)),
    );
  }

  private state({ client, network, parent }: Asker, person: string): AllowanceState {
    const standing = (kind: 'client' | 'network' | 'parent', id: string) =>
      this.entries.get<Standing>(this.keys.standing(kind, id)) ?? NO_STANDING;
    const pools = Object.fromEntries(
      POOLS.map((pool) => [pool, this.entries.get<AllowanceLog>(this.keys.pool(pool)) ?? []]),
    ) as unknown as Record<Pool, AllowanceLog>;
    return {
      client: standing('client', client),
      network: standing('network', network),
      parent: standing('parent', parent),
      pools,
      startedAt: this.entries.get<number>(this.keys.allowancesStarted()),
      confirmedAt: this.entries.get<number>(this.keys.person(person)),
    };
  }

  private write({ client, network, parent }: Asker, state: AllowanceState): void {
    const now = this.clock();
    const write = (key: string, value: unknown, expiresAt: number) => {
      if (expiresAt > now) this.entries.set(key, value, expiresAt - now);
      else this.entries.delete(key);
    };
    const standing = (kind: 'client' | 'network' | 'parent', id: string, value: Standing, keepMs: number) =>
      write(this.keys.standing(kind, id), value, standingExpiresAt(value, kind, keepMs));
    standing('client', client, state.client, DAY_MS);
    standing('network', network, state.network, networkKeepMs(state.network, now));
    standing('parent', parent, state.parent, DAY_MS);
    for (const pool of POOLS) {
      const log = state.pools[pool];
      write(this.keys.pool(pool), log, (log.at(-2) ?? -DAY_MS) + DAY_MS);
    }
    if (state.startedAt !== undefined) write(this.keys.allowancesStarted(), state.startedAt, now + HISTORY_MS);
  }

  private unpaid(mobile: string): UnpaidMessage[] {
    const messages = this.entries.get<readonly UnpaidMessage[]>(this.keys.unpaid(mobile)) ?? [];
    return messages.filter(({ at }) => at + AGAIN_MS > this.clock());
  }

  private writeUnpaid(mobile: string, messages: readonly UnpaidMessage[]): void {
    const last = messages.at(-1);
    if (last) this.entries.set(this.keys.unpaid(mobile), messages, last.at + AGAIN_MS - this.clock());
    else this.entries.delete(this.keys.unpaid(mobile));
  }
}
