import { type AllowanceCharge, HISTORY_MS } from '../../limits/allowances';
import type { AllowanceRequest } from '../../limits/rules';
import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';
import type { StoreKeys } from '../keys';
import { confirmationWeight } from '../memory/allowance-changes';
import { countWithin } from '../memory/allowance-log';
import { DAY_MS, type Standing } from '../memory/allowance-standing';
import {
  type AllowanceState,
  type DecisionWithLimits,
  decideWithLimits,
  OF_NETWORK,
  OF_PARENT,
  POOLS,
  type Pool,
} from '../memory/allowances';
import type { AllowanceLimit, AllowanceRefund } from '../store';
import type { RedisClusterLimits } from './redis-cluster-limits';
import type { RedisCommands, RunOptions } from './redis-commands';
import { Refunds } from './refunds';
import type { SlotGroup } from './slot-groups';

type Deadline = Required<Pick<RunOptions, 'deadline'>>;
type Asker = Pick<AllowanceRequest, 'client' | 'network' | 'parent'>;
type Kind = 'client' | 'network' | 'parent' | 'pool';

/** What a change of one key asks for; see allowance_change.lua. */
interface Change {
  charge?: { below: number; withinMs: number } | true;
  weight?: number;
  refunds?: readonly number[];
}

export interface ClusterDecision {
  decision: DecisionWithLimits;
  state: AllowanceState;
  /** ms since the epoch on the clock of the mobile's node: the time at which all slots charge the message. */
  at: number;
}

/** What pays for a message, and when it was charged, or its device where that paid; or what refused. */
export type ClusterCharge =
  | { charge: AllowanceCharge; at: number; deviceAt?: number; denied?: undefined }
  | { denied: { limit: AllowanceLimit; waitMs: number } };

/** How often a send decides anew because others of its client were faster. */
const CHARGE_TRIES = 3;
/** After that, ms. */
const CONTENTION_WAIT_MS = 1_000;

/**
 * Allowances on a cluster, where what a decision depends on lives in many slots: it is read, decided here, and charged slot by slot, each
 * of which refuses if others were faster.
 */
export class RedisClusterAllowances {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
    private readonly limits: RedisClusterLimits,
  ) {}

  async decide(mobile: string, request: AllowanceRequest, within: Deadline): Promise<ClusterDecision> {
    const { keys } = this;
    const read = async (key: string) => {
      const [, now, ...values] = await this.commands.run('read_list', [key], [], within);
      return { now, values };
    };
    const standing = async (kind: 'client' | 'network' | 'parent', id: string): Promise<Standing> => {
      const [ofDay = 0, ofTenDays = 0, hour = 0, ...debts] = (await read(keys.standing(kind, id))).values.map(Number);
      return { ofDay, ofTenDays, hour, debts };
    };
    const pool = async (name: Pool) => (await read(keys.pool(name))).values.map(Number);
    const day = keys.limit({ rule: 'mobile-day', subject: { kind: 'mobile', id: mobile } });
    const [
      client,
      network,
      parent,
      known,
      unknown,
      person,
      device,
      started,
      confirmedAt,
      ofMobile,
      unpaid,
      ofDevice,
      listed,
    ] = await Promise.all([
      standing('client', request.client),
      standing('network', request.network),
      standing('parent', request.parent),
      pool('known'),
      pool('unknown'),
      pool('person'),
      pool('device'),
      this.commands.get(keys.allowancesStarted(), within.deadline),
      this.confirmedAt(request.person, within),
      read(day),
      read(keys.unpaid(mobile)),
      request.device && this.limits.check(this.groupsOf(request.device), within),
      this.commands.get(keys.listed(mobile), within.deadline),
    ]);
    const state: AllowanceState = {
      client,
      network,
      parent,
      pools: { known, unknown, person, device },
      startedAt: started === null ? undefined : Number(started.split(' ')[0]),
      confirmedAt,
    };
    const networks = unpaid.values.filter((_, i) => i % 4 === 2);
    const again = networks.filter((id) => id === request.network).length === 1;
    // Strangers who ask for a mobile count as its own cap, which an allowed one is spared.
    const asked = listed?.startsWith('allowed ') ? [] : ofMobile.values.map(Number);
    const asking = { ofMobile: asked, again, device: ofDevice !== undefined && !ofDevice.refusal };
    const at = ofMobile.now;
    return { decision: decideWithLimits(state, asking, request.rule, at), state, at };
  }

  /** When the number was last confirmed. */
  async confirmedAt(person: string, { deadline }: RunOptions = {}): Promise<number | undefined> {
    const confirmed = await this.commands.get(this.keys.person(person), deadline);
    return confirmed === null ? undefined : Number(confirmed);
  }

  /**
   * Charges a message to what pays for it. Where others were faster the decision is made anew, so that sends at once get no more than
   * sends one after the other.
   */
  async charge(
    mobile: string,
    request: AllowanceRequest,
    first: ClusterDecision,
    within: Deadline,
    refunds: Refunds,
  ): Promise<ClusterCharge> {
    let decided = first;
    for (let tries = 0; tries < CHARGE_TRIES; tries++) {
      const { decision, at, state } = decided;
      if (!decision.allow && request.mode === 'enforce') return { denied: decision };
      const charge = decision.allow ? decision.charge : 'own';
      const done = new Refunds();
      refunds.add(() => done.run());
      const charged = await this.chargeOnce(request, charge, decided, within, done);
      if (charged) {
        // Not waited for: without it the shop counts as young for a day longer.
        void this.keepStart(state.startedAt, at).catch(() => undefined);
        return { charge, at, ...charged };
      }
      await this.commands.waitFor(done.run(), within.deadline);
      decided = await this.decide(mobile, request, within);
    }
    return { denied: { limit: 'client', waitMs: CONTENTION_WAIT_MS } };
  }

  private async chargeOnce(
    { client, network, parent, mode, device }: AllowanceRequest,
    charge: AllowanceCharge,
    { decision, state, at }: ClusterDecision,
    within: Deadline,
    done: Refunds,
  ): Promise<{ deviceAt?: number } | undefined> {
    const enforced = decision.allow && mode === 'enforce' ? decision.limits : [];
    const limitOf = (of: string): Change => {
      const limit = enforced.find((one) => one.of === of)?.limit;
      return { charge: limit === undefined ? true : { below: limit, withinMs: DAY_MS } };
    };
    // What the client owed when the decision was made, and not a message more.
    const seen = countWithin(state.client.debts, DAY_MS, at);
    const steps: [Kind, string, Change][] = [
      ['client', client, { charge: mode === 'enforce' ? { below: seen + 1, withinMs: DAY_MS } : true }],
    ];
    if (OF_NETWORK.has(charge)) steps.push(['network', network, limitOf('network')]);
    if (OF_PARENT.has(charge)) steps.push(['parent', parent, limitOf('parent')]);
    if (charge !== 'own') steps.push(['pool', charge, limitOf(charge)]);
    for (const [kind, id, change] of steps) {
      const undo = () => this.change(kind, id, at, { refunds: [at] });
      const afterFailure: RunOptions['afterFailure'] = async (late) => late?.[0] === 'ok' && undo();
      const refused = await this.change(kind, id, at, change, { ...within, afterFailure });
      if (refused) return undefined;
      done.add(undo);
    }
    if (charge !== 'device' || !device) return {};
    let deviceAt = 0;
    const note = (_: SlotGroup, at: number) => {
      deviceAt = at;
    };
    return (await this.limits.countAll(this.groupsOf(device), within, done, note)) ? undefined : { deviceAt };
  }

  async refund({ charge, sentAt, ...asker }: AllowanceRefund): Promise<void> {
    await this.settle(asker, [{ charge, sentAt }], 0, sentAt);
  }

  /** A right code: messages leave all debts, and credit grows. */
  async confirm(
    asker: Asker,
    person: string,
    confirmedAt: number | undefined,
    messages: readonly { charge: AllowanceCharge; sentAt: number }[],
    at: number,
  ): Promise<void> {
    // Also over a later time. Of two confirmations at once either may stand: they are ms apart. What is days ahead came from a wrong clock.
    await this.commands.set(this.keys.person(person), String(at), HISTORY_MS);
    await this.settle(asker, messages, confirmationWeight(confirmedAt, at), at);
  }

  private async settle(
    { client, network, parent }: Asker,
    messages: readonly { charge: AllowanceCharge; sentAt: number }[],
    weight: number,
    at: number,
  ): Promise<void> {
    const times = (counts: (charge: AllowanceCharge) => boolean) =>
      messages.filter(({ charge }) => counts(charge)).map(({ sentAt }) => sentAt);
    const steps = [
      this.change('client', client, at, { weight, refunds: times(() => true) }),
      this.change('network', network, at, { weight, refunds: times((charge) => OF_NETWORK.has(charge)) }),
      this.change('parent', parent, at, { weight, refunds: times((charge) => OF_PARENT.has(charge)) }),
      ...POOLS.filter((pool) => times((charge) => charge === pool).length > 0).map((pool) =>
        this.change('pool', pool, at, { refunds: times((charge) => charge === pool) }),
      ),
    ];
    const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private async change(
    kind: Kind,
    id: string,
    at: number,
    { charge, weight = 0, refunds = [] }: Change,
    options: RunOptions = {},
  ): Promise<boolean> {
    const key = kind === 'pool' ? this.keys.pool(id) : this.keys.standing(kind, id);
    const limit = charge && charge !== true ? [charge.below, charge.withinMs] : [0, 0];
    const numbers = [at, charge ? 1 : 0, ...limit, weight, ...refunds];
    const reply = await this.commands.run('allowance_change', [key], [kind, numbers.join(',')], options);
    return reply[0] === 'refused';
  }

  private groupsOf(limit: SlidingWindowLimit): SlotGroup[] {
    return this.limits.groups([limit], '').others;
  }

  /** A time that is still to come was read from a clock that was wrong: until then the shop would count as young. */
  private async keepStart(startedAt: number | undefined, at: number): Promise<void> {
    await this.commands.set(this.keys.allowancesStarted(), `${Math.min(startedAt ?? at, at)} ${at}`, HISTORY_MS);
  }
}
