import { Cluster } from 'ioredis';
import { StoreUnavailableError } from '../store';
import type { ScriptName } from './lua-scripts';
import type { RedisClient } from './redis-client';
import { RedisClock } from './redis-clock';

export type Reply = [status: string, ...values: (string | number)[]];
type Script = (keys: number, ...args: (string | number)[]) => Promise<Reply>;

/** At a start, the first seed or sentinel that is asked may be a machine that is gone: time for the next two. */
const CONNECT_TRIES = 3;

/** Runs the scripts on one Redis, each in bounded time and at most once. */
export class RedisCommands {
  private readonly clock = new RedisClock();
  private readonly scripts: Record<ScriptName, Script>;
  private connectionError: string | undefined;

  constructor(
    private readonly client: RedisClient,
    private readonly timeoutMs: number,
  ) {
    // The client has a method for each script it was made with, under the script's name.
    this.scripts = client as unknown as Record<ScriptName, Script>;
    client.on('ready', () => {
      this.connectionError = undefined;
      this.readClock().catch(() => undefined);
    });
    // Whoever's command fails is told. Without a listener the library prints each lost connection, with a stack, past the log.
    client.on('error', (error: Error) => {
      this.connectionError = error.message;
    });
  }

  /** Connects, to each primary of a cluster; fails if that takes longer than a few time-outs. */
  async connect(): Promise<void> {
    await this.bounded(this.ready(), { ms: CONNECT_TRIES * this.timeoutMs });
    const primaries = this.client instanceof Cluster ? this.client.nodes('master') : [this.client];
    await Promise.all(primaries.map((primary) => this.bounded(primary.ping())));
  }

  async ping(): Promise<void> {
    // In a cluster PING asks any node and is answered even when slots are not served; what names a key is not.
    const { client } = this;
    await (client instanceof Cluster ? this.bounded(client.exists('ping')) : this.bounded(client.ping()));
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    await this.bounded(this.client.set(key, value, 'PX', ttlMs));
  }

  async close(): Promise<void> {
    this.client.disconnect();
  }

  /**
   * Runs a script, which acts within the time-out or not at all. If it acted and only its answer came late, the caller has been
   * told that it failed, and `undo` takes it back.
   */
  async run(
    name: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
    undo?: (reply: Reply) => Promise<void>,
  ): Promise<Reply> {
    const call = () => {
      return this.bounded(this.execute(name, keys, args), {
        late: (reply) => {
          if (undo && reply[0] === 'ok') undo(reply).catch(() => undefined);
        },
      });
    };
    const reply = await call();
    if (reply[0] !== 'late') return reply;
    // It answered in time, so it is our reading of Redis's clock that is off. It did nothing: asking once more is safe.
    this.clock.read(Number(reply[1]));
    const second = await call();
    if (second[0] === 'late') throw new StoreUnavailableError('Redis took the command too late');
    return second;
  }

  /**
   * Redis may lose its scripts (SCRIPT FLUSH, a restart, a failover) and says so before anything ran: asking again is safe. The client
   * does that once, which is not enough for calls that wait side by side. The deadline stays that of the first try.
   */
  private async execute(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<Reply> {
    const deadline = this.clock.after(this.timeoutMs);
    const giveUpAt = performance.now() + this.timeoutMs;
    for (;;) {
      try {
        return await this.scripts[name].call(this.client, keys.length, ...keys, deadline, ...args);
      } catch (error) {
        if (!(error as Error).message.startsWith('NOSCRIPT') || performance.now() > giveUpAt) throw error;
      }
    }
  }

  /** A cluster's first try may fail its own check and the next one succeed: then `connect` alone would never tell. */
  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.once('ready', resolve);
      this.client.connect().catch(reject);
    });
  }

  private async readClock(): Promise<void> {
    const [seconds, micros] = await this.client.time();
    this.clock.read(Number(seconds) * 1000 + Math.floor(Number(micros) / 1000));
  }

  /** The answer, or StoreUnavailableError after the time-out; an answer that comes later goes to `late`. */
  private bounded<T>(
    answer: Promise<T>,
    { ms = this.timeoutMs, late }: { ms?: number; late?: (answer: T) => void } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let open = true;
      const giveUp = () => {
        open = false;
        reject(new StoreUnavailableError(this.explained(`Redis did not answer within ${ms} ms`)));
      };
      // An answer that is there already, behind whatever kept this process busy, is read first.
      const timer = setTimeout(() => setImmediate(giveUp), ms);
      answer.then(
        (value) => {
          clearTimeout(timer);
          if (open) resolve(value);
          else late?.(value);
        },
        (error: Error) => {
          clearTimeout(timer);
          // Only the text: the client's errors carry the command's arguments, codes among them.
          reject(new StoreUnavailableError(this.explained(error.message)));
        },
      );
    });
  }

  /** With why there is no connection, where that is so: a command that finds none can't tell. */
  private explained(message: string): string {
    const { connectionError } = this;
    return connectionError === undefined || message.includes(connectionError)
      ? message
      : `${message} (${connectionError})`;
  }
}
