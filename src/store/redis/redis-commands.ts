import { performance } from 'node:perf_hooks';
import { StoreUnavailableError } from '../store';
import type { ClockSkew } from './clock-skew';
import { type ScriptName, statusesOf } from './lua-scripts';
import { oneWriteATurn } from './one-write-a-turn';
import type { RedisClient } from './redis-client';
import type { RedisClock } from './redis-clock';
import { RedisConnections } from './redis-connections';
import type { RedisNodes } from './redis-nodes';

export type Reply = [status: string, now: number, ...values: (string | number)[]];
type Script = (keys: number, ...args: (string | number)[]) => Promise<Reply>;

export interface RunOptions {
  /** Moment of this process's monotonic clock until which the caller waits; shared by all steps of one call. */
  deadline?: number;
  /**
   * Undoes what has to be undone after the caller was told that it failed, once it is known what the script did: its answer, if that came
   * too late, or undefined if it did nothing. Never called where that stays unknown, because the connection broke.
   */
  afterFailure?: (late: Reply | undefined) => Promise<unknown>;
}

/** Runs the scripts on Redis, each in bounded time and at most once. */
export class RedisCommands {
  private readonly connections: RedisConnections;
  private readonly holdBack: () => void;
  private readonly scripts: Record<ScriptName, Script>;
  private readonly statuses = new Map<ScriptName, ReadonlySet<string>>();

  constructor(
    private readonly client: RedisClient,
    private readonly nodes: RedisNodes,
    timeoutMs: number,
    skew?: ClockSkew,
  ) {
    this.connections = new RedisConnections(client, nodes, timeoutMs, skew);
    this.holdBack = oneWriteATurn(client);
    // ioredis adds a method for each script, under the script's name.
    this.scripts = client as unknown as Record<ScriptName, Script>;
  }

  /** See RedisConnections. */
  connect(): Promise<void> {
    return this.connections.connect();
  }

  /** The moment until which a call that begins now may take, on this process's monotonic clock. */
  deadline(): number {
    return this.connections.deadline();
  }

  async ping(): Promise<void> {
    await this.ask('', () => this.nodes.ping());
  }

  async get(key: string, deadline = this.deadline()): Promise<string | null> {
    const value: unknown = await this.ask(key, () => this.client.get(key), deadline);
    if (value !== null && typeof value !== 'string') throw this.connections.outOfStep();
    return value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.ask(key, () => this.client.set(key, value, 'PX', ttlMs));
  }

  /** What is left of a key's life, ms; 0 where there is none. */
  async lifeMs(key: string): Promise<number> {
    return Math.max(0, await this.ask(key, () => this.client.pttl(key)));
  }

  /** What the primaries say of themselves; '' where this user may not ask. */
  async info(section: string): Promise<string[]> {
    const answers = this.nodes.primaries().map(({ node }) => this.bounded(node.info(section), this.deadline()));
    return Promise.all(answers.map((answer) => answer.catch(() => '')));
  }

  /** Each primary, what it says of itself ('' where this user may not ask), and what its clock shows when, ms since the epoch. */
  async nodeReports(): Promise<
    { name: string; info: string; redisNow: number; askedAt: number; answeredAt: number }[]
  > {
    return Promise.all(
      this.nodes.primaries().map(async ({ name, node }) => {
        const askedAt = Date.now();
        const redisNow = await this.connections.timeOf(node, this.deadline());
        const answeredAt = Date.now();
        const info = await this.bounded(node.info(), this.deadline()).catch(() => '');
        return { name, info, redisNow, askedAt, answeredAt };
      }),
    );
  }

  async close(): Promise<void> {
    this.connections.close();
  }

  /**
   * Runs a script, which acts before the deadline or not at all. If it acted and only its answer came late, the caller has been told
   * that it failed, and `afterFailure` undoes it.
   */
  async run(
    name: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
    { deadline = this.deadline(), afterFailure }: RunOptions = {},
  ): Promise<Reply> {
    const [key = ''] = keys;
    const failed = (late?: Reply) => void afterFailure?.(late).catch(() => undefined);
    // Nearly always it is known, so that nothing is waited for.
    const clock = this.connections.clockOf(key) ?? (await this.prepared(key, deadline, failed));
    const call = async () => {
      const askedAt = performance.now();
      const goesOut = afterFailure && this.connections.isOpen(key);
      const answer = this.execute(name, [keys.length, ...keys, clock.at(deadline), ...args], deadline);
      if (afterFailure) {
        answer.catch((error: Error) => {
          // Redis says that it refuses; or there was no connection.
          if (error.name === 'ReplyError' || !goesOut) failed();
        });
      }
      const reply = await this.bounded(answer, deadline, (late) => {
        if (!this.isAnswerOf(name, late)) return void this.connections.outOfStep();
        clock.read(late[1], askedAt);
        failed(late[0] === 'deadline-exceeded' ? undefined : late);
      });
      if (!this.isAnswerOf(name, reply)) throw this.connections.outOfStep();
      clock.read(reply[1], askedAt);
      return reply;
    };
    const reply = await call();
    if (reply[0] !== 'deadline-exceeded') return reply;
    // It answered in time, so it is our reading of Redis's clock that was off. It did nothing: asking once more is safe.
    const second = await call();
    if (second[0] !== 'deadline-exceeded') return second;
    failed();
    throw new StoreUnavailableError('Redis took the command too late');
  }

  /**
   * Redis may lose its scripts (SCRIPT FLUSH, a restart, a failover) and says so before anything ran: asking again is safe. The client
   * does that once, which is not enough for calls that wait side by side.
   */
  private execute(name: ScriptName, args: [number, ...(string | number)[]], deadline: number): Promise<Reply> {
    this.holdBack();
    return this.scripts[name](...args).catch((error: Error) => {
      if (!error.message.startsWith('NOSCRIPT') || performance.now() > deadline) throw error;
      return this.execute(name, args, deadline);
    });
  }

  /** What is answered, or StoreUnavailableError at the deadline; an answer that comes later goes to `late`. */
  bounded<T>(answer: Promise<T>, deadline: number, late?: (answer: T) => void): Promise<T> {
    return this.connections.deadlines.bound(answer, deadline, late);
  }

  /** Waits for what is done on the side, until the deadline at most; whether it succeeds is nothing to the caller. */
  async waitFor(work: Promise<unknown>, deadline: number): Promise<void> {
    await this.bounded(work, deadline).catch(() => undefined);
  }

  private prepared(key: string, deadline: number, failed: () => void): Promise<RedisClock> {
    return this.connections.prepare(key, deadline).catch((error: Error) => {
      failed();
      throw error;
    });
  }

  /** Whatever else comes must not be taken for a right code. */
  private isAnswerOf(name: ScriptName, reply: unknown): boolean {
    let statuses = this.statuses.get(name);
    if (!statuses) {
      statuses = statusesOf(name);
      this.statuses.set(name, statuses);
    }
    return Array.isArray(reply) && statuses.has(reply[0]) && Number.isSafeInteger(reply[1]);
  }

  /** What is asked about a key on a connection that can be used. */
  private async ask<T>(key: string, question: () => Promise<T>, deadline = this.deadline()): Promise<T> {
    if (!this.connections.clockOf(key)) await this.connections.prepare(key, deadline);
    return this.bounded(question(), deadline);
  }
}
