import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import type { RedisClient } from '../../src/store/redis/redis-client';
import { RedisCommands } from '../../src/store/redis/redis-commands';
import type { RedisNodes } from '../../src/store/redis/redis-nodes';
import { StoreUnavailableError } from '../../src/store/store';

const TIMEOUT_MS = 1_000;

/** Redis servers, one for each key that is asked for, whose clocks a test sets. A command can be held back on its way. */
class Servers extends EventEmitter implements RedisNodes {
  readonly status = 'ready';
  readonly acted: string[] = [];
  readonly exceeded: string[] = [];
  readonly aheadMs: Record<string, number> = {};
  /** How many commands asked for the time. */
  readings = 0;
  timeFails = false;
  holdMs = 0;

  primaryOf(key: string) {
    return { name: key, node: { status: 'ready', options: {}, time: () => this.timeOf(key) } as unknown as Redis };
  }

  primaries() {
    return [];
  }

  async ping() {}

  async connect() {
    this.emit('ready');
  }

  disconnect() {}

  /** What every script does with its deadline, once it has arrived. */
  async take(_keys: number, key: string, deadline: number): Promise<[string, number]> {
    await new Promise((resolve) => setTimeout(resolve, this.holdMs));
    const now = Math.floor(this.now(key));
    (now > deadline ? this.exceeded : this.acted).push(key);
    return now > deadline ? ['deadline-exceeded', now] : ['ok', now];
  }

  private async timeOf(key: string): Promise<[string, string]> {
    this.readings++;
    if (this.timeFails) throw new Error('no answer');
    const now = this.now(key);
    return [String(Math.floor(now / 1000)), String(Math.floor((now % 1000) * 1000))];
  }

  private now(key: string): number {
    return Date.now() + (this.aheadMs[key] ?? 0);
  }
}

function open(): { servers: Servers; commands: RedisCommands } {
  const servers = new Servers();
  return { servers, commands: new RedisCommands(servers as unknown as RedisClient, servers, TIMEOUT_MS) };
}

/** A command that is held back past its deadline does nothing. */
async function expectTooLate(servers: Servers, commands: RedisCommands): Promise<void> {
  servers.acted.length = 0;
  servers.holdMs = TIMEOUT_MS + 300;
  await expect(commands.run('take', ['a'], [])).rejects.toThrow(StoreUnavailableError);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(servers.acted).toEqual([]);
  expect(servers.exceeded).toEqual(['a']);
}

describe('The clocks of Redis servers', () => {
  test('given nodes ahead and behind by a minute, when calls go to all of them in turn, then each acts once, and none is asked twice', async () => {
    const { servers, commands } = open();
    Object.assign(servers.aheadMs, { ahead: 60_000, behind: -60_000 });
    const turns = ['even', 'ahead', 'behind', 'even', 'ahead', 'behind', 'even'];
    for (const node of turns) expect((await commands.run('take', [node], []))[0]).toBe('ok');
    expect(servers.acted).toEqual(turns);
    expect(servers.exceeded).toEqual([]);
    expect(servers.readings).toBe(3);
  });

  test('given the time cannot be read, when a script is to run, then it is not sent, and the next call asks for the time again', async () => {
    const { servers, commands } = open();
    servers.timeFails = true;
    await expect(commands.run('take', ['a'], [])).rejects.toThrow(StoreUnavailableError);
    expect([...servers.acted, ...servers.exceeded]).toEqual([]);
    servers.timeFails = false;
    expect((await commands.run('take', ['a'], []))[0]).toBe('ok');
  });

  test('given a connection that is made anew while the time is read, when a script is to run, then it is unavailable, and no fault', async () => {
    const { servers, commands } = open();
    const call = commands.run('take', ['a'], []);
    // The reading has come, and was forgotten again before the call could go on.
    queueMicrotask(() => queueMicrotask(() => servers.emit('ready')));
    await call.then(
      (reply) => expect(reply[0]).toBe('ok'),
      (error) => expect(error).toBeInstanceOf(StoreUnavailableError),
    );
    expect((await commands.run('take', ['a'], []))[0]).toBe('ok');
  });

  test('given a clock that steps back 10 s, when one call was answered since, then a command that is held back past its deadline does not act', async () => {
    const { servers, commands } = open();
    await commands.run('take', ['a'], []);
    servers.aheadMs.a = -10_000;
    await commands.run('take', ['a'], []);
    await expectTooLate(servers, commands);
  });

  test('given a connection made anew to a server whose clock is a minute behind, when its first command is held back past its deadline, then it does not act', async () => {
    const { servers, commands } = open();
    await commands.run('take', ['a'], []);
    servers.aheadMs.a = -60_000;
    servers.emit('ready');
    await expectTooLate(servers, commands);
  });

  test('given a clock that steps forward, when a call is made, then it acts at the second asking', async () => {
    const { servers, commands } = open();
    await commands.run('take', ['a'], []);
    servers.aheadMs.a = 10_000;
    expect((await commands.run('take', ['a'], []))[0]).toBe('ok');
    expect(servers.exceeded).toEqual(['a']);
    expect((await commands.run('take', ['a'], []))[0]).toBe('ok');
    expect(servers.exceeded).toEqual(['a']);
  });

  test('given an answer that was slow, when the next command is on its way for a while, then it acts all the same, and is not asked for twice', async () => {
    const { servers, commands } = open();
    await commands.run('take', ['a'], []);
    const take = servers.take.bind(servers);
    servers.take = async (...args) => {
      const reply = await take(...args);
      await new Promise((resolve) => setTimeout(resolve, 800));
      return reply;
    };
    await commands.run('take', ['a'], []);
    servers.take = take;
    servers.holdMs = 400;
    expect((await commands.run('take', ['a'], []))[0]).toBe('ok');
    expect(servers.exceeded).toEqual([]);
  });

  test('given a command that is late even by the server’s own last word, then it fails, and does not act', async () => {
    const { servers, commands } = open();
    servers.take = async () => ['deadline-exceeded', Date.now() - 60_000];
    await expect(commands.run('take', ['a'], [])).rejects.toThrow(StoreUnavailableError);
    expect(servers.acted).toEqual([]);
  });

  test('given several steps of one call, when they share a deadline, then the later ones have what is left of it', async () => {
    const { servers, commands } = open();
    const deadline = commands.deadline();
    servers.holdMs = 600;
    const started = performance.now();
    await commands.run('take', ['a'], [], { deadline });
    await expect(commands.run('take', ['b'], [], { deadline })).rejects.toThrow(StoreUnavailableError);
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS + 300);
  });
});
