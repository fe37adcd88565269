import type { GuessRule } from '../limits/rules';
import type { Window } from '../limits/window';
import { attemptsKey, captchaKey, codeKey, failuresKey } from './keys';
import type { RedisCommands } from './redis-commands';
import { bounds, keysOf, RedisStore, reserved } from './redis-store';
import type {
  CaptchaIssue,
  CaptchaIssued,
  CodeVerified,
  SendRelease,
  SendReservation,
  SendReserved,
  Store,
} from './store';

/** Windows whose keys share a slot, and so can be counted by one script. */
interface SlotGroup {
  windows: Window[];
  /** Where each of them stands in the caller's list. */
  indexes: number[];
}

/** What Redis hashes of a key: the part in braces, or all of it. */
const hashTag = (key: string): string => /\{([^}]+)\}/.exec(key)?.[1] ?? key;

/**
 * The store on a Redis Cluster, where the keys of one message live in several slots and no script reaches them all. A send is
 * counted slot by slot, the mobile's last; whoever refuses, the earlier counts are taken back. It may refuse early, never late.
 */
export class RedisClusterStore implements Store {
  private readonly single: RedisStore;

  constructor(private readonly commands: RedisCommands) {
    this.single = new RedisStore(commands);
  }

  async issueCaptcha({ uuid, text, ttlMs, windows, unsolved }: CaptchaIssue): Promise<CaptchaIssued> {
    const [status, value] = await this.commands.run(
      'issue',
      [unsolved.key, unsolved.key, ...keysOf(windows)],
      [text, 0, unsolved.cap, unsolved.lengthMs, ...bounds(windows)],
    );
    if (status === 'refused') return { status, waitMs: Number(value) };
    await this.commands.set(captchaKey(uuid), text, ttlMs);
    return { status: 'ok', suspicious: value === 1 };
  }

  takeCaptcha(uuid: string): Promise<string | null> {
    return this.single.takeCaptcha(uuid);
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { mobile, windows, solved } = reservation;
    const { own, others } = bySlot(windows, codeKey(mobile), solved.key);
    const counts: number[] = [];
    const countedAt: number[] = [];
    const counted: SlotGroup[] = [];
    const step = async (group: SlotGroup, count: () => Promise<SendReserved>): Promise<SendReserved> => {
      const result = await count();
      if (result.status === 'refused') return { ...result, window: group.indexes[result.window] ?? 0 };
      if (result.status === 'ok') {
        counted.push(group);
        for (const [i, index] of group.indexes.entries()) {
          counts[index] = result.counts[i] ?? 0;
          countedAt[index] = result.countedAt[i] ?? 0;
        }
      }
      return result;
    };
    // Once each: a second time would take somebody else's count of the same time.
    const takeBack = () =>
      Promise.all(counted.splice(0).map((group) => this.uncount(group, countedAt))).catch(() => undefined);
    try {
      for (const group of others) {
        const result = await step(group, () => this.count(group, solved));
        if (result.status !== 'ok') {
          await takeBack();
          return result;
        }
      }
      const result = await step(own, () => this.reserveOwn({ ...reservation, windows: own.windows }));
      if (result.status === 'ok') return { ...result, counts, countedAt };
      await takeBack();
      return result;
    } catch (error) {
      // Not waited for: the caller has waited for what failed.
      void takeBack();
      throw error;
    }
  }

  async releaseSend({ mobile, code, windows, countedAt }: SendRelease): Promise<void> {
    const { own, others } = bySlot(windows, codeKey(mobile));
    await Promise.all([
      this.single.release(mobile, code, countedAt[own.indexes[0] ?? 0] ?? 0, own.windows),
      ...others.map((group) => this.uncount(group, countedAt)),
    ]);
  }

  verifyCode(mobile: string, code: string, guesses: GuessRule): Promise<CodeVerified> {
    return this.single.verifyCode(mobile, code, guesses);
  }

  ping(): Promise<void> {
    return this.commands.ping();
  }

  close(): Promise<void> {
    return this.commands.close();
  }

  private async reserveOwn({ mobile, code, ttlMs, windows, guesses }: SendReservation): Promise<SendReserved> {
    const reply = await this.commands.run(
      'reserve',
      [codeKey(mobile), attemptsKey(mobile), failuresKey(mobile), codeKey(mobile), ...keysOf(windows)],
      [code, ttlMs, guesses.maxFailures, 0, 0, ...bounds(windows)],
      ([, at]) => this.single.release(mobile, code, Number(at), windows),
    );
    return reserved(reply);
  }

  private async count(group: SlotGroup, solved: Window): Promise<SendReserved> {
    const key = group.windows[0]?.key ?? solved.key;
    const isClients = hashTag(key) === hashTag(solved.key);
    const reply = await this.commands.run(
      'count',
      [isClients ? solved.key : key, ...keysOf(group.windows)],
      [isClients ? solved.cap : 0, solved.lengthMs, ...bounds(group.windows)],
      ([, at]) => this.uncountAt(group, Number(at)),
    );
    return reserved(reply);
  }

  /** `countedAt` is the caller's list; the windows of one group were counted at one time. */
  private uncount(group: SlotGroup, countedAt: readonly number[]): Promise<void> {
    return this.uncountAt(group, countedAt[group.indexes[0] ?? 0] ?? 0);
  }

  private async uncountAt(group: SlotGroup, at: number): Promise<void> {
    if (group.windows.length > 0) {
      await this.commands.run('uncount', keysOf(group.windows), [at, ...bounds(group.windows)]);
    }
  }
}

/** Windows by slot: those beside `ownKey`, and the others; the slot of `alsoKey` is among those even without a window. */
function bySlot(windows: readonly Window[], ownKey: string, alsoKey?: string): { own: SlotGroup; others: SlotGroup[] } {
  const groups = new Map<string, SlotGroup>();
  const group = (key: string): SlotGroup => {
    const found = groups.get(hashTag(key)) ?? { windows: [], indexes: [] };
    groups.set(hashTag(key), found);
    return found;
  };
  const own = group(ownKey);
  if (alsoKey !== undefined) group(alsoKey);
  for (const [index, window] of windows.entries()) {
    const { windows, indexes } = group(window.key);
    windows.push(window);
    indexes.push(index);
  }
  return { own, others: [...groups.values()].filter((g) => g !== own) };
}
