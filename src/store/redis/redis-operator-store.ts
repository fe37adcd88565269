import type { SlidingWindowLimit } from '../../limits/sliding-window-limit';
import { readJsonObject } from '../../sms/json-object';
import { VERIFICATION_PURPOSES } from '../../sms/purpose';
import type { StoreKeys } from '../keys';
import { type LogEntry, limitUse } from '../memory/sliding-window-log';
import {
  AUDIT_LIFE_MS,
  AUDIT_LINES,
  type Counts,
  HISTORY_EVENTS,
  HISTORY_LIFE_MS,
  type LimitUse,
  type Listing,
  type ListName,
  type LiveRequest,
  type MobileEvent,
  type MobileNote,
  type MobileStanding,
  type OperatorStore,
  type StoreNode,
  sumOf,
  TALLY_LIFE_MS,
  tallyIndex,
  tallyIndexes,
} from '../operator-store';
import type { RedisCommands } from './redis-commands';

/** Redis needs less than a millisecond for so many. */
const NOTES_A_SCRIPT = 100;

/**
 * What operators see and change on Redis. Each key is read or changed by itself, so that a cluster needs nothing else: what is seen
 * may be milliseconds apart.
 */
export class RedisOperatorStore implements OperatorStore {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
    /** Whether one script reaches the keys of all mobiles; in a cluster they live in many slots. */
    private readonly reachesAll: boolean,
  ) {}

  async list(mobile: string, list: ListName, reason: string, lifeMs: number): Promise<void> {
    const key = this.keys.listed(mobile);
    await this.commands.set(key, `${list} ${await this.now(key)} ${reason}`, lifeMs);
  }

  async unlist(mobile: string): Promise<ListName | undefined> {
    const value = await this.take(this.keys.listed(mobile));
    return value?.split(' ')[0] as ListName | undefined;
  }

  async reset(mobile: string, limits: readonly SlidingWindowLimit[], lockout: boolean): Promise<number> {
    const keys = limits.map((limit) => this.keys.limit(limit));
    if (lockout) keys.push(this.keys.failures(mobile));
    const taken = await Promise.all(keys.map((key) => this.take(key)));
    return taken.filter((value) => value !== undefined).length;
  }

  async lookUp(mobile: string): Promise<MobileStanding> {
    const { commands, keys } = this;
    const [now, listing, failures, failuresLeftMs, history, latest] = await Promise.all([
      this.now(keys.failures(mobile)),
      this.listing(mobile),
      commands.get(keys.failures(mobile)),
      commands.lifeMs(keys.failures(mobile)),
      commands.get(keys.history(mobile)),
      commands.get(keys.latest(mobile)),
    ]);
    // A line that is none of ours must not hide the others from who looks for a customer's trouble.
    const events = (history ?? '')
      .split('\n')
      .map((line) => readJsonObject(line) as MobileEvent | undefined)
      .filter((event) => event !== undefined);
    const uuids = [...events.map(({ uuid }) => uuid), latest?.split(':').slice(2).join(':')];
    const requests = await this.requests(mobile, new Set(uuids.filter((uuid) => uuid !== undefined)));
    return {
      now,
      listing,
      failures: Number(failures ?? 0),
      failuresLeftMs,
      requests,
      events: events.filter(({ at }) => at > now - HISTORY_LIFE_MS),
    };
  }

  uses(limits: readonly SlidingWindowLimit[]): Promise<LimitUse[]> {
    return Promise.all(
      limits.map(async (limit) => {
        const [, now, ...values] = await this.commands.run('read_list', [this.keys.limit(limit)], []);
        const log: LogEntry[] = [];
        for (let i = 0; i < values.length; i += 2) log.push({ at: Number(values[i]), count: Number(values[i + 1]) });
        return limitUse(log, limit, now);
      }),
    );
  }

  async noteAll(notes: readonly MobileNote[]): Promise<void> {
    const lines = new Map<string, string>();
    for (const { mobile, event } of notes) {
      const key = this.keys.history(mobile);
      const earlier = lines.get(key);
      lines.set(key, (earlier === undefined ? '' : `${earlier}\n`) + JSON.stringify(event));
    }
    const all = [...lines];
    const size = this.reachesAll ? NOTES_A_SCRIPT : 1;
    const parts = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
    await Promise.all(parts.map((part) => this.append(part, HISTORY_EVENTS, HISTORY_LIFE_MS)));
  }

  async tally(counts: Counts, at: number): Promise<void> {
    const lines = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
    await this.commands.run('tally', [this.keys.tally(tallyIndex(at))], [lines.join('\n'), TALLY_LIFE_MS]);
  }

  async totals(sinceMs: number, at: number): Promise<Counts> {
    const indexes = tallyIndexes(sinceMs, at);
    const texts = await Promise.all(indexes.map((index) => this.commands.get(this.keys.tally(index))));
    return sumOf(texts.map((text) => Object.fromEntries(text?.split('\n').map(nameAndCount) ?? [])));
  }

  leaveAudit(line: string): Promise<void> {
    return this.append([[this.keys.audit(), line]], AUDIT_LINES, AUDIT_LIFE_MS);
  }

  async takeAudit(): Promise<string[]> {
    const key = this.keys.audit();
    if ((await this.commands.get(key)) === null) return [];
    return (await this.take(key))?.split('\n') ?? [];
  }

  async nodes(): Promise<StoreNode[]> {
    const reports = await this.commands.nodeReports();
    return reports.map(({ name, info, redisNow, askedAt, answeredAt }) => {
      const field = (of: string) => new RegExp(`^${of}:(\\S+)`, 'm').exec(info)?.[1];
      const appendOnly = field('aof_enabled');
      return {
        name,
        version: field('redis_version'),
        evictionPolicy: field('maxmemory') === '0' ? undefined : field('maxmemory_policy'),
        usedMemory: field('used_memory_human'),
        persistent: appendOnly === undefined ? undefined : appendOnly === '1',
        clockAheadMs: Math.round(redisNow - (askedAt + answeredAt) / 2),
        answeredInMs: answeredAt - askedAt,
      };
    });
  }

  /** A purpose's requests that were ended are no longer live, though they are there. */
  private async requests(mobile: string, uuids: ReadonlySet<string>): Promise<LiveRequest[]> {
    const { commands, keys } = this;
    const ended = new Map(
      await Promise.all(
        VERIFICATION_PURPOSES.map(
          async (purpose) =>
            [purpose as string, Number((await commands.get(keys.ended(mobile, purpose))) ?? -1)] as const,
        ),
      ),
    );
    const found = await Promise.all(
      [...uuids].map(async (uuid): Promise<LiveRequest | undefined> => {
        const key = keys.request(mobile, uuid);
        const [[, , code, purpose, wrong, at, smsId], leftMs] = await Promise.all([
          commands.run('read_list', [key], []),
          commands.lifeMs(key),
        ]);
        if (code === undefined || Number(at) <= (ended.get(String(purpose)) ?? -1)) return undefined;
        const isVoid = code === '';
        return { purpose: String(purpose), smsId: String(smsId), at: Number(at), leftMs, wrong: Number(wrong), isVoid };
      }),
    );
    return found.filter((request) => request !== undefined).sort((a, b) => a.at - b.at);
  }

  private async listing(mobile: string): Promise<Listing | undefined> {
    const key = this.keys.listed(mobile);
    const [value, leftMs] = await Promise.all([this.commands.get(key), this.commands.lifeMs(key)]);
    if (value === null) return undefined;
    const [list, since, ...reason] = value.split(' ');
    return { list: list as ListName, since: Number(since), reason: reason.join(' '), leftMs };
  }

  private async append(lines: readonly [key: string, lines: string][], kept: number, lifeMs: number): Promise<void> {
    const keys = lines.map(([key]) => key);
    await this.commands.run('append', keys, [kept, lifeMs, ...lines.map(([, text]) => text)]);
  }

  private async take(key: string): Promise<string | undefined> {
    const [status, , value] = await this.commands.run('take', [key], []);
    return status === 'ok' ? String(value) : undefined;
  }

  private async now(key: string): Promise<number> {
    const [, now] = await this.commands.run('check', [key, key], ['0,0,0']);
    return now;
  }
}

function nameAndCount(line: string): [string, number] {
  const [name = '', count] = line.split(' ');
  return [name, Number(count ?? 0)];
}
