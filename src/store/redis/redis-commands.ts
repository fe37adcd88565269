import { performance } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../store';
import { Deadlines } from './deadlines';
import { type ScriptName, statusesOf } from './lua-scripts';
import { oneWriteATurn } from './one-write-a-turn';
import type { RedisClient } from './redis-client';
import { RedisClock } from './redis-clock';
import type { RedisNodes } from './redis-nodes';

export type Reply = [status: string, now: number, ...values: (string | number)[]];
type Script = (keys: number, ...args: (string | number)[]) => Promise<Reply>;

export interface RunOptions {
  /** Moment of this process's monotonic clock until which the caller waits; shared by all steps of one call. */
  deadline?: number;
  /** Undoes what the script did, if its answer came only after the caller was told that it failed. */
  refund?: (reply: Reply) => Promise<void>;
}

/** At a start, the first seed or sentinel that is asked may be a machine that is gone: time for the next two. */
const CONNECT_TRIES = 3;
/** How often a connection that nobody uses is asked for the time, ms, so that no deadline rests on an old reading. */
const HEARTBEAT_MS = 1_000;

/** Runs the scripts on Redis, each in bounded time and at most once. */
export class RedisCommands {
  private readonly clocks = new Map<string, RedisClock>();
  private readonly deadlines = new Deadlines();
  private readonly holdBack: () => void;
  private readonly scripts: Record<ScriptName, Script>;
  private readonly statuses = new Map<ScriptName, ReadonlySet<string>>();
  private connectionError: string | undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: RedisClient,
    private readonly nodes: RedisNodes,
    private readonly timeoutMs: number,
  ) {
    this.holdBack = oneWriteATurn(client);
    // ioredis adds a method for each script, under the script's name.
    this.scripts = client as unknown as Record<ScriptName, Script>;
    client.on('ready', () => {
      this.connectionError = undefined;
      // Another server may stand behind the name now, with a clock of its own.
      this.clocks.clear();
    });
    // Failed commands reject by themselves. Without a listener ioredis prints every lost connection, with a stack, past the log.
    client.on('error', (error: Error) => {
      this.connectionError = error.message;
    });
  }

  /** Connects, to each primary of a cluster, and reads their clocks; fails if that takes longer than a few time-outs. */
  async connect(): Promise<void> {
    await this.bounded(this.ready(), performance.now() + CONNECT_TRIES * this.timeoutMs);
    await Promise.all(this.nodes.primaries().map(({ name, node }) => this.readClock(name, node, this.deadline())));
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  }

  /** The moment until which a call that begins now may take, on this process's monotonic clock. */
  deadline(): number {
    return performance.now() + this.timeoutMs;
  }

  async ping(): Promise<void> {
    await this.bounded(this.nodes.ping(), this.deadline());
  }

  async get(key: string, deadline = this.deadline()): Promise<string | null> {
    const value: unknown = await this.bounded(this.client.get(key), deadline);
    if (value !== null && typeof value !== 'string') throw this.outOfStep();
    return value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.bounded(this.client.set(key, value, 'PX', ttlMs), this.deadline());
  }

  /** What is left of a key's life, ms; 0 where there is none. */
  async lifeMs(key: string): Promise<number> {
    return Math.max(0, await this.bounded(this.client.pttl(key), this.deadline()));
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
        const redisNow = await this.timeOf(node, this.deadline());
        const answeredAt = Date.now();
        const info = await this.bounded(node.info(), this.deadline()).catch(() => '');
        return { name, info, redisNow, askedAt, answeredAt };
      }),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    this.client.disconnect();
  }

  /**
   * Runs a script, which acts before the deadline or not at all. If it acted and only its answer came late, the caller has been told
   * that it failed, and `refund` undoes it.
   */
  async run(
    name: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
    { deadline = this.deadline(), refund }: RunOptions = {},
  ): Promise<Reply> {
    const { name: server, node } = this.nodes.primaryOf(keys[0] ?? '');
    if (!this.clock(server).isRead) await this.readClock(server, node, deadline);
    const clock = this.clock(server);
    // The client has reconnected meanwhile, perhaps to another server.
    if (!clock.isRead) throw new StoreUnavailableError("Redis's clock is not known");
    const call = async () => {
      const askedAt = performance.now();
      const answer = this.execute(name, [keys.length, ...keys, clock.at(deadline), ...args], deadline);
      const reply = await this.bounded(answer, deadline, (late) => {
        if (!this.isAnswerOf(name, late)) return void this.outOfStep();
        clock.read(late[1], askedAt);
        if (refund && late[0] === 'ok') refund(late).catch(() => undefined);
      });
      if (!this.isAnswerOf(name, reply)) throw this.outOfStep();
      clock.read(reply[1], askedAt);
      return reply;
    };
    const reply = await call();
    if (reply[0] !== 'deadline-exceeded') return reply;
    // It answered in time, so it is our reading of Redis's clock that was off. It did nothing: asking once more is safe.
    const second = await call();
    if (second[0] === 'deadline-exceeded') throw new StoreUnavailableError('Redis took the command too late');
    return second;
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

  /** Whatever else comes must not be taken for a right code. */
  private isAnswerOf(name: ScriptName, reply: unknown): boolean {
    let statuses = this.statuses.get(name);
    if (!statuses) {
      statuses = statusesOf(name);
      this.statuses.set(name, statuses);
    }
    return Array.isArray(reply) && statuses.has(reply[0]) && Number.isSafeInteger(reply[1]);
  }

  /** An answer to some other question came: those that follow may be others' as well, so the connection is given up. */
  private outOfStep(): StoreUnavailableError {
    this.client.disconnect(true);
    return new StoreUnavailableError('Redis answered what it was not asked');
  }

  private clock(name: string): RedisClock {
    let clock = this.clocks.get(name);
    if (!clock) {
      clock = new RedisClock();
      this.clocks.set(name, clock);
    }
    return clock;
  }

  private async readClock(name: string, node: Redis, deadline: number): Promise<void> {
    const askedAt = performance.now();
    const now = await this.timeOf(node, deadline);
    this.clock(name).read(Math.floor(now), askedAt);
  }

  /** What a server's clock shows, ms since the epoch. */
  private async timeOf(node: Redis, deadline: number): Promise<number> {
    const answer: unknown = await this.bounded(node.time(), deadline);
    const [seconds, micros] = Array.isArray(answer) ? answer.map(Number) : [];
    const now = (seconds ?? Number.NaN) * 1000 + (micros ?? Number.NaN) / 1000;
    if (!Number.isFinite(now)) throw this.outOfStep();
    return now;
  }

  private beat(): void {
    for (const { name, node } of this.nodes.primaries()) {
      if (node.status === 'ready') this.readClock(name, node, this.deadline()).catch(() => undefined);
    }
  }

  /** A cluster's first try may fail its own check and the next one succeed: then `connect` alone would never tell. */
  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.once('ready', resolve);
      this.client.connect().catch(reject);
    });
  }

  /** The answer, or StoreUnavailableError once the deadline has passed; an answer that comes later goes to `late`. */
  private bounded<T>(answer: Promise<T>, deadline: number, late?: (answer: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const ms = Math.max(0, deadline - performance.now());
      const call = {
        deadline,
        place: -1,
        giveUp: () =>
          reject(new StoreUnavailableError(this.explained(`Redis did not answer within ${Math.round(ms)} ms`))),
      };
      this.deadlines.add(call);
      answer.then(
        (value) => {
          if (this.deadlines.delete(call)) resolve(value);
          else late?.(value);
        },
        (error: Error) => {
          this.deadlines.delete(call);
          // Only the text: the client's errors carry the command's arguments, codes among them.
          reject(new StoreUnavailableError(this.explained(error.message)));
        },
      );
    });
  }

  /** Adds why there is no connection, where that is the cause: the failed command itself doesn't know. */
  private explained(message: string): string {
    const { connectionError } = this;
    return connectionError === undefined || message.includes(connectionError)
      ? message
      : `${message} (${connectionError})`;
  }
}
