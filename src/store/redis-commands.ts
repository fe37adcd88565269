import type { ScriptName } from './lua-scripts';
import { RedisClock } from './redis-clock';
import type { RedisClient } from './redis-connection';
import { StoreUnavailableError } from './store';

export type Reply = [status: string, ...values: (string | number)[]];
type Script = (keys: number, ...args: (string | number)[]) => Promise<Reply>;

/** Runs the scripts on one Redis, each in bounded time and at most once. */
export class RedisCommands {
  private readonly clock = new RedisClock();
  private readonly scripts: Record<ScriptName, Script>;

  constructor(
    private readonly client: RedisClient,
    private readonly timeoutMs: number,
  ) {
    // The client has a method for each script it was made with, under the script's name.
    this.scripts = client as unknown as Record<ScriptName, Script>;
    client.on('ready', () => this.readClock().catch(() => undefined));
  }

  /** Connects, or fails if Redis can't be reached within the time-out. */
  async connect(): Promise<void> {
    await this.bounded(this.client.connect());
    await this.ping();
  }

  async ping(): Promise<void> {
    await this.bounded(this.client.ping());
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
      const answer = this.scripts[name].call(
        this.client,
        keys.length,
        ...keys,
        this.clock.after(this.timeoutMs),
        ...args,
      );
      return this.bounded(answer, (reply) => {
        if (undo && reply[0] === 'ok') undo(reply).catch(() => undefined);
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

  private async readClock(): Promise<void> {
    const [seconds, micros] = await this.client.time();
    this.clock.read(Number(seconds) * 1000 + Math.floor(Number(micros) / 1000));
  }

  /** The answer, or StoreUnavailableError after the time-out; an answer that comes later goes to `late`. */
  private bounded<T>(answer: Promise<T>, late?: (answer: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let open = true;
      const timer = setTimeout(() => {
        open = false;
        reject(new StoreUnavailableError(`Redis did not answer within ${this.timeoutMs} ms`));
      }, this.timeoutMs);
      answer.then(
        (value) => {
          clearTimeout(timer);
          if (open) resolve(value);
          else late?.(value);
        },
        (error: Error) => {
          clearTimeout(timer);
          // Only the text: the client's errors carry the command's arguments, codes among them.
          reject(new StoreUnavailableError(error.message));
        },
      );
    });
  }
}
