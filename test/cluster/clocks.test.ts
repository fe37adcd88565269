import { EventEmitter } from 'node:events';
import type { RedisClient } from '../../src/store/redis/redis-client';
import { RedisCommands } from '../../src/store/redis/redis-commands';
import { StoreUnavailableError } from '../../src/store/store';

const TIMEOUT_MS = 1_000;

/** A cluster whose nodes disagree about the time; a key names its node. */
class Nodes extends EventEmitter {
  readonly acted: string[] = [];
  readonly late: string[] = [];

  constructor(private readonly aheadMs: Readonly<Record<string, number>>) {
    super();
  }

  /** A reading, of whichever node. */
  async time(): Promise<[string, string]> {
    const now = this.now('even');
    return [String(Math.floor(now / 1000)), String(Math.floor((now % 1000) * 1000))];
  }

  /** What every script does with its deadline. */
  async take(_keys: number, node: string, deadline: number): Promise<[string, ...number[]]> {
    const now = Math.floor(this.now(node));
    (now > deadline ? this.late : this.acted).push(node);
    return now > deadline ? ['late', now] : ['ok', now];
  }

  private now(node: string): number {
    return Date.now() + (this.aheadMs[node] ?? 0);
  }
}

async function open(aheadMs: Readonly<Record<string, number>>): Promise<{ nodes: Nodes; commands: RedisCommands }> {
  const nodes = new Nodes(aheadMs);
  const commands = new RedisCommands(nodes as unknown as RedisClient, TIMEOUT_MS);
  nodes.emit('ready');
  await new Promise(setImmediate);
  return { nodes, commands };
}

describe('Nodes of a cluster whose clocks differ', () => {
  test('given a node that is ahead by more than the time-out, when it takes a command for late, then the second one acts, once', async () => {
    const { nodes, commands } = await open({ ahead: 60_000 });
    expect(await commands.run('take', ['ahead'], [])).toEqual(['ok', expect.any(Number)]);
    expect(nodes).toMatchObject({ late: ['ahead'], acted: ['ahead'] });
  });

  test('given nodes ahead and behind, when calls go to all of them in turn, then each acts once and only one was ever asked again', async () => {
    const { nodes, commands } = await open({ ahead: 60_000, behind: -60_000 });
    const turns = ['even', 'ahead', 'behind', 'even', 'ahead', 'behind', 'even'];
    for (const node of turns) expect((await commands.run('take', [node], []))[0]).toBe('ok');
    expect(nodes.acted).toEqual(turns);
    expect(nodes.late).toEqual(['ahead']);
  });

  test('given clocks within the time-out of each other, then nobody is asked twice', async () => {
    const { nodes, commands } = await open({ ahead: 500, behind: -500 });
    for (const node of ['ahead', 'even', 'behind', 'ahead']) await commands.run('take', [node], []);
    expect(nodes.late).toEqual([]);
  });

  test('given a command that is late even by the node’s own last word, then it fails, and does not act', async () => {
    const { nodes, commands } = await open({});
    nodes.take = async () => ['late', Date.now() - 60_000];
    await expect(commands.run('take', ['even'], [])).rejects.toThrow(StoreUnavailableError);
    expect(nodes.acted).toEqual([]);
  });
});
