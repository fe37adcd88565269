import { performance } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../store';
import type { ClockSkew } from './clock-skew';
import { Deadlines } from './deadlines';
import { RECONNECT_MS, type RedisClient } from './redis-client';
import { RedisClock } from './redis-clock';
import type { RedisNode, RedisNodes } from './redis-nodes';

/** At a start, the first seed or sentinel that is asked may be a machine that is gone: time for the next two. */
const CONNECT_TRIES = 3;
/** How often a connection that nobody uses is asked for the time, ms, so that no deadline rests on an old reading. */
const HEARTBEAT_MS = 1_000;
/** States in which a client is for a moment only, if it goes on by itself. */
const DOWN: ReadonlySet<string> = new Set(['disconnecting', 'close']);
/** What the client says of a connection that broke or is not there, some of it in terms of its own options, which no operator can set. */
const BROKEN = /^(Connection is closed|Reached the max retries|Stream isn't writeable|Cluster isn't ready)\b.*/;

/**
 * The connections of a client for as long as it is used: each is prepared before its first command (its database is chosen, its server's
 * clock read), and a client that gave up connecting is told to go on.
 */
export class RedisConnections {
  readonly deadlines: Deadlines;
  /** By server; those of which there is none are not prepared. */
  private readonly clocks = new Map<string, RedisClock>();
  private connectionError: string | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private reconnect: NodeJS.Timeout | undefined;
  private isClosed = false;
  /** At the last beat. */
  private wasDown = false;

  constructor(
    private readonly client: RedisClient,
    private readonly nodes: RedisNodes,
    private readonly timeoutMs: number,
    private readonly skew?: ClockSkew,
  ) {
    this.deadlines = new Deadlines((message) => this.explained(message), timeoutMs);
    // Another server may stand behind the name now, with a clock of its own, and a new connection begins in database 0.
    for (const event of ['close', 'ready']) client.on(event, () => this.clocks.clear());
    // Failed commands reject by themselves. Without a listener ioredis prints every lost connection, with a stack, past the log.
    client.on('error', (error: Error) => {
      this.connectionError = error.message;
    });
    // What kept it from connecting is over, whatever fails next.
    client.on('connect', () => {
      this.connectionError = undefined;
    });
    // The client gives up for good where its sentinels name another primary at the moment in which it asks one of them.
    client.on('end', () => {
      if (this.isClosed) return;
      clearTimeout(this.reconnect);
      this.reconnect = setTimeout(() => this.client.connect().catch(() => undefined), RECONNECT_MS);
    });
  }

  /** Connects, to each primary of a cluster, and prepares the connections; fails if that takes longer than a few time-outs. */
  async connect(): Promise<void> {
    await this.deadlines.bound(this.ready(), performance.now() + CONNECT_TRIES * this.timeoutMs);
    await Promise.all(this.nodes.primaries().map((primary) => this.prepareNode(primary, this.deadline())));
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  }

  /** The moment until which a call that begins now may take, on this process's monotonic clock. */
  deadline(): number {
    return performance.now() + this.timeoutMs;
  }

  /** The clock of the server that a key lives on; undefined as long as the connection to it is not prepared. */
  clockOf(key: string): RedisClock | undefined {
    return this.clocks.get(this.nodes.primaryOf(key).name);
  }

  /** Whether a command about a key goes out now; else it fails at once, and Redis never sees it. */
  isOpen(key: string): boolean {
    return this.nodes.primaryOf(key).node.status === 'ready';
  }

  /** Prepares the connection to the server that a key lives on; resolves with that server's clock. */
  async prepare(key: string, deadline: number): Promise<RedisClock> {
    await this.prepareNode(this.nodes.primaryOf(key), deadline);
    const clock = this.clockOf(key);
    // The client has reconnected meanwhile, perhaps to another server.
    if (!clock) throw new StoreUnavailableError("Redis's clock is not known");
    return clock;
  }

  /** What a server's clock shows, ms since the epoch. */
  async timeOf(node: Redis, deadline: number): Promise<number> {
    const answer: unknown = await this.deadlines.bound(node.time(), deadline);
    const [seconds, micros] = Array.isArray(answer) ? answer.map(Number) : [];
    const now = (seconds ?? Number.NaN) * 1000 + (micros ?? Number.NaN) / 1000;
    if (!Number.isFinite(now)) throw this.outOfStep();
    return now;
  }

  /** An answer to some other question came: those that follow may be others' as well, so the connection is given up. */
  outOfStep(): StoreUnavailableError {
    this.client.disconnect(true);
    return new StoreUnavailableError('Redis answered what it was not asked');
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.heartbeat);
    clearTimeout(this.reconnect);
    this.client.disconnect();
  }

  private async prepareNode({ name, node }: RedisNode, deadline: number): Promise<void> {
    await this.selectDatabase(node, deadline);
    await this.readClock(name, node, deadline);
    this.connectionError = undefined;
  }

  /** ioredis chooses it too, but where Redis refuses that it goes on, in database 0. */
  private async selectDatabase(node: Redis, deadline: number): Promise<void> {
    const { db } = node.options;
    if (!db) return;
    const chosen = node.select(db).catch((error: Error) => {
      if (error.name !== 'ReplyError') throw error;
      this.connectionError = `database ${db} can't be used: ${error.message}`;
      // Asked anew with the next connection.
      node.disconnect(true);
      throw new Error(this.connectionError);
    });
    await this.deadlines.bound(chosen, deadline);
  }

  private async readClock(name: string, node: Redis, deadline: number): Promise<void> {
    const askedAt = performance.now();
    const askedAtOnClock = this.skew?.clock() ?? 0;
    const now = await this.timeOf(node, deadline);
    this.skew?.read(name, now, askedAtOnClock);
    const clock = this.clocks.get(name) ?? new RedisClock();
    clock.read(Math.floor(now), askedAt);
    this.clocks.set(name, clock);
  }

  private beat(): void {
    this.goOn();
    for (const primary of this.nodes.primaries()) {
      const { name, node } = primary;
      if (node.status !== 'ready') continue;
      const isPrepared = this.clocks.has(name);
      const reading = isPrepared
        ? this.readClock(name, node, this.deadline())
        : this.prepareNode(primary, this.deadline());
      reading.catch(() => undefined);
    }
  }

  /**
   * The client of a cluster stays closed for good, and says nothing, where it is told to reconnect, or an old connection ends, just while it
   * begins to connect.
   */
  private goOn(): void {
    const isDown = DOWN.has(this.client.status);
    if (isDown && this.wasDown) this.client.connect().catch(() => undefined);
    this.wasDown = isDown;
  }

  /** A cluster's first try may fail its own check and the next one succeed: then `connect` alone would never tell. */
  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.once('ready', resolve);
      this.client.connect().catch(reject);
    });
  }

  /** Says what state the connection is in, and why, where that is the cause: the failed command itself doesn't know. */
  private explained(clientMessage: string): string {
    const { connectionError } = this;
    const isConnected = this.client.status === 'connect';
    const broken = isConnected
      ? 'Redis is connected and not ready: it may be loading its data'
      : 'The connection to Redis broke';
    const message = clientMessage.replace(BROKEN, broken);
    return connectionError === undefined || message.includes(connectionError)
      ? message
      : `${message} (${connectionError})`;
  }
}
