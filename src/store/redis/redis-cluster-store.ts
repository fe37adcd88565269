import type { GuessRule } from '../../limits/rules';
import type { Window } from '../../limits/window';
import { attemptsKey, captchaKey, codeKey, failuresKey } from '../keys';
import {
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeVerified,
  type Conversion,
  comparable,
  type SendRelease,
  type SendReservation,
  type SendReserved,
  type Store,
} from '../store';
import type { RedisCommands, Reply } from './redis-commands';
import { bounds, judgement, keysOf, notReserved, RedisStore } from './redis-store';
import { bySlot, type SlotGroup } from './slot-groups';

/**
 * The store on a Redis Cluster, where the keys of one message live in several slots and no script reaches them all. The captcha is
 * taken first; then all slots are asked whether there is room, so that a refusal tells the longest wait and counts nothing; then the
 * send is counted slot by slot, the mobile's last. If one refuses after all, because others were faster, the earlier counts are taken
 * back: it may refuse early, never late.
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
      [text, 0, bounds(unsolved), bounds(...windows)],
    );
    if (status === 'refused') return { status, waitMs: Number(value) };
    await this.commands.set(captchaKey(uuid), text, ttlMs);
    return { status: 'ok', suspicious: value === 1 };
  }

  takeCaptcha(uuid: string): Promise<string | null> {
    return this.single.takeCaptcha(uuid);
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, code, windows, solved, conversion } = reservation;
    if (captcha) {
      const text = await this.takeCaptcha(captcha.uuid);
      if (text === null) return { status: 'captcha-expired' };
      if (comparable(text) !== comparable(captcha.answer)) return { status: 'captcha-mismatch' };
    }

    const { own, others } = bySlot(windows, codeKey(mobile));
    const [refusal] = await Promise.all([this.look(reservation, own, others), this.solve(solved)]);
    if (refusal) return refusal;
    const done: (() => Promise<unknown>)[] = [];
    // Once each: a second time would take somebody else's count of the same time.
    const takeBack = () => Promise.all(done.splice(0).map((undo) => undo())).catch(() => undefined);
    const countedAt = Array<number>(windows.length + (conversion?.keys.length ?? 0)).fill(0);
    const counts: number[] = [];
    /** Notes what a script counted; an answer that ends the reservation is returned. */
    const note = (group: SlotGroup, reply: Reply, undo: (at: number) => Promise<unknown>): SendReserved | undefined => {
      if (reply[0] !== 'ok') {
        const ended = notReserved(reply);
        return ended.status === 'refused' ? { ...ended, window: group.indexes[ended.window] ?? 0 } : ended;
      }
      const [, at, ...events] = reply.map(Number);
      done.push(() => undo(at ?? 0));
      for (const [i, index] of group.indexes.entries()) {
        countedAt[index] = at ?? 0;
        counts[index] = events[i] ?? 0;
      }
      return undefined;
    };
    try {
      for (const group of others) {
        const ended = note(group, await this.count(group), (at) => this.uncount(group, at));
        if (ended) {
          await takeBack();
          return ended;
        }
      }
      const { poor, at: convertedAt, waitMs } = await this.countSent(conversion);
      if (waitMs > 0) {
        await takeBack();
        return { status: 'poor', waitMs };
      }
      done.push(() => this.uncountSent(conversion, convertedAt));
      countedAt.splice(windows.length, convertedAt.length, ...convertedAt);
      const undoOwn = (at: number) => this.releaseMobile(mobile, code, own, at);
      const ended = note(own, await this.reserveMobile(reservation, own), undoOwn);
      if (!ended) return { status: 'ok', countedAt, counts, poor: poor || undefined };
      await takeBack();
      return ended;
    } catch (error) {
      // Not waited for: the caller has waited for what failed.
      void takeBack();
      throw error;
    }
  }

  async releaseSend({ mobile, code, windows, conversion, countedAt }: SendRelease): Promise<void> {
    const { own, others } = bySlot(windows, codeKey(mobile));
    const at = (group: SlotGroup) => countedAt[group.indexes[0] ?? 0] ?? 0;
    await Promise.all([
      this.releaseMobile(mobile, code, own, at(own)),
      this.uncountSent(conversion, countedAt.slice(windows.length)),
      ...others.map((group) => this.uncount(group, at(group))),
    ]);
  }

  async verifyCode(mobile: string, code: string, guesses: GuessRule, conversion?: Conversion): Promise<CodeVerified> {
    const result = await this.single.verifyCode(mobile, code, guesses);
    // The code is consumed: what happens to the statistics must not change the answer.
    if (result.status === 'ok') this.convert(conversion, () => ['verified']).catch(() => undefined);
    return result;
  }

  ping(): Promise<void> {
    return this.single.ping();
  }

  close(): Promise<void> {
    return this.single.close();
  }

  private reserveMobile(reservation: SendReservation, own: SlotGroup): Promise<Reply> {
    const { mobile, code, ttlMs, guesses } = reservation;
    return this.commands.run(
      'reserve_mobile',
      [codeKey(mobile), attemptsKey(mobile), failuresKey(mobile), ...keysOf(own.windows)],
      [code, ttlMs, guesses.maxFailures, bounds(...own.windows)],
      ([, at]) => this.releaseMobile(mobile, code, own, Number(at)),
    );
  }

  private async releaseMobile(mobile: string, code: string, own: SlotGroup, at: number): Promise<void> {
    await this.commands.run(
      'release_mobile',
      [codeKey(mobile), attemptsKey(mobile), ...keysOf(own.windows)],
      [code, at, bounds(...own.windows)],
    );
  }

  /** What would refuse a send now: a lock, else the longest wait of all. */
  private async look(
    { mobile, guesses, conversion }: SendReservation,
    own: SlotGroup,
    others: readonly SlotGroup[],
  ): Promise<SendReserved | undefined> {
    const [[, locked], waits, poor] = await Promise.all([
      this.commands.run('look', [failuresKey(mobile)], [guesses.maxFailures, '']),
      Promise.all([own, ...others].map((group) => this.waitOf(group))),
      this.convert(conversion, () => ['look']),
    ]);
    if (Number(locked) > 0) return { status: 'locked', waitMs: Number(locked) };
    const poorMs = Math.max(0, ...poor.map(([status, wait]) => (status === 'poor' ? Number(wait) : 0)));
    const longest = waits.reduce((a, b) => (b.waitMs > a.waitMs ? b : a));
    if (poorMs > longest.waitMs) return { status: 'poor', waitMs: poorMs };
    return longest.waitMs > 0 ? { status: 'refused', ...longest } : undefined;
  }

  private async waitOf({ windows, indexes }: SlotGroup): Promise<{ window: number; waitMs: number }> {
    const [first] = windows;
    if (!first) return { window: 0, waitMs: 0 };
    const [, , index, waitMs] = await this.commands.run(
      'look',
      [first.key, ...keysOf(windows)],
      [0, bounds(...windows)],
    );
    return { window: indexes[Number(index)] ?? 0, waitMs: Number(waitMs) };
  }

  private async solve(solved: Window): Promise<void> {
    await this.commands.run('count', [solved.key], [solved.cap, solved.lengthMs, '']);
  }

  private count(group: SlotGroup): Promise<Reply> {
    const keys = keysOf(group.windows);
    return this.commands.run('count', [keys[0] ?? '', ...keys], [0, 0, bounds(...group.windows)], ([, at]) =>
      this.uncount(group, Number(at)),
    );
  }

  private async uncount({ windows }: SlotGroup, at: number): Promise<void> {
    if (windows.length > 0) await this.commands.run('uncount', keysOf(windows), [at, bounds(...windows)]);
  }

  private async countSent(conversion?: Conversion): Promise<{ poor: boolean; at: number[]; waitMs: number }> {
    const replies = await this.convert(conversion, () => ['sent']);
    const at = replies.map(([status, time]) => (status === 'ok' ? Number(time) : 0));
    const waitMs = Math.max(0, ...replies.map(([status, wait]) => (status === 'poor' ? Number(wait) : 0)));
    // One of the two may have counted it while the other refused.
    if (waitMs > 0) await this.uncountSent(conversion, at);
    return { poor: replies.some(([, , poor]) => poor === 1), at, waitMs };
  }

  private async uncountSent(conversion: Conversion | undefined, at: readonly number[]): Promise<void> {
    await this.convert(conversion, (index) => ['unsent', at[index] ?? 0]);
  }

  private async convert(
    conversion: Conversion | undefined,
    what: (index: number) => [string, number?],
  ): Promise<Reply[]> {
    if (!conversion || conversion.rule.mode === 'off') return [];
    return Promise.all(
      conversion.keys.map((key, index) => {
        const [verb, at = 0] = what(index);
        return this.commands.run('convert', [key], [verb, ...judgement(conversion), at]);
      }),
    );
  }
}
