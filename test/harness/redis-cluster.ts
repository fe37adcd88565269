import { Cluster, Redis } from 'ioredis';
import { freePort } from './free-port';
import { type RedisServer, startRedis } from './redis-server';
import { waitUntil } from './wait-until';

const PRIMARIES = 3;
const SLOTS = 16_384;
const ATTEMPTS = 5;
const FORM_MS = 20_000;

export interface RedisClusterOptions {
  /** What every node wants of its clients and of each other. */
  password?: string;
}

/** A real Redis Cluster of the test's own: three primaries, each with a replica, that notice a dead one within about a second. */
export class RedisCluster {
  private constructor(
    readonly nodes: readonly RedisServer[],
    private readonly password: string | undefined,
  ) {}

  /** Starts six servers and joins them; resolves once all slots are served and all replicas follow their primaries. */
  static async start({ password }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const nodes = await Promise.all(Array.from({ length: 2 * PRIMARIES }, () => startNode(password)));
    const cluster = new RedisCluster(
      nodes.map(({ server }) => server),
      password,
    );
    await cluster.form(nodes.map(({ busPort }) => busPort));
    return cluster;
  }

  /** REDIS_URL with two of the six nodes as seeds: a primary, and a replica of another. */
  get url(): string {
    const login = this.password === undefined ? '' : `:${encodeURIComponent(this.password)}@`;
    return this.nodes
      .filter((_, i) => i % (PRIMARIES + 1) === 0)
      .map(({ port }) => `redis://${login}127.0.0.1:${port}`)
      .join();
  }

  /** What another service of the shop has in its hands. */
  connect(): Cluster {
    const startup = this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
    const client = new Cluster(startup, { redisOptions: { password: this.password }, slotsRefreshTimeout: 500 });
    client.on('error', () => undefined);
    return client;
  }

  /** The server that serves a key now, as the first node says that answers; `lost` is not asked. */
  async primaryOf(key: string, lost?: RedisServer): Promise<RedisServer> {
    const question = async (client: Redis) => {
      const slot = Number(await client.call('CLUSTER', 'KEYSLOT', key));
      const ranges = (await client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number]][];
      const range = ranges.find(([first, last]) => first <= slot && slot <= last);
      const primary = this.nodes.find(({ port }) => port === range?.[2][1]);
      if (!primary) throw new Error(`Nobody serves ${key}`);
      return primary;
    };
    return Promise.any(this.nodes.filter((node) => node !== lost).map((node) => this.withClient(node, question)));
  }

  /** All others agree that it no longer serves a key, and all slots are served. */
  async hasReplaced(lost: RedisServer, key: string): Promise<boolean> {
    const others = this.nodes.filter((node) => node !== lost);
    const state = async (client: Redis) => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok');
    return (await this.primaryOf(key, lost)) !== lost && this.all(others, state);
  }

  /**
   * Begins to move a key's slot to another primary and moves none of its keys, as a reshard that is under way or was broken off.
   * @returns what ends it, with everything where it was.
   */
  async beginMoving(key: string): Promise<() => Promise<void>> {
    const source = await this.primaryOf(key);
    const target = await this.otherPrimaryThan(source);
    const [sourceId, targetId] = await Promise.all(
      [source, target].map((node) =>
        this.withClient(node, async (client) => String(await client.call('CLUSTER', 'MYID'))),
      ),
    );
    const slot = await this.withClient(source, async (client) => Number(await client.call('CLUSTER', 'KEYSLOT', key)));
    const setSlot = (node: RedisServer, ...state: string[]) =>
      this.withClient(node, (client) => client.call('CLUSTER', 'SETSLOT', slot, ...state));
    await setSlot(target, 'IMPORTING', String(sourceId));
    await setSlot(source, 'MIGRATING', String(targetId));
    return async () => {
      await Promise.all([source, target].map((node) => setSlot(node, 'STABLE')));
    };
  }

  /** The primary that a slot of this one is moved to. */
  async otherPrimaryThan(source: RedisServer): Promise<RedisServer> {
    return (await this.primaries()).find((primary) => primary !== source) as RedisServer;
  }

  /** SIGKILL for the server that serves a key. */
  async killPrimaryOf(key: string): Promise<RedisServer> {
    const primary = await this.primaryOf(key);
    await primary.kill();
    return primary;
  }

  /** The servers that hold the slots now. */
  async primaries(): Promise<RedisServer[]> {
    const roles = await this.onEach(async (client) => String(await client.info('replication')));
    return this.nodes.filter((_, i) => roles[i]?.includes('role:master'));
  }

  /** What all primaries hold. */
  async keys(pattern: string): Promise<string[]> {
    const primaries = await this.primaries();
    return (await Promise.all(primaries.map((one) => this.withClient(one, (client) => client.keys(pattern))))).flat();
  }

  /** Empties all primaries. */
  async flush(): Promise<void> {
    const primaries = await this.primaries();
    await Promise.all(primaries.map((one) => this.withClient(one, (client) => client.flushall())));
  }

  /** Every node's view is that all slots are served, and every replica follows. */
  async healthy(): Promise<void> {
    await waitUntil('a cluster whose slots are all served', () => this.all(this.nodes, isHealthy), FORM_MS);
  }

  /** Runs on every node with a connection of its own. */
  async onEach<T>(use: (client: Redis) => Promise<T>): Promise<T[]> {
    return Promise.all(this.nodes.map((node) => this.withClient(node, use)));
  }

  /** Ends all nodes. */
  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  async withClient<T>({ port }: RedisServer, use: (client: Redis) => Promise<T>): Promise<T> {
    const options = { password: this.password, retryStrategy: null, connectTimeout: 5_000, commandTimeout: 10_000 };
    const client = new Redis(port, '127.0.0.1', { ...options, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  }

  private async all(nodes: readonly RedisServer[], holds: (client: Redis) => Promise<boolean>): Promise<boolean> {
    const answers = await Promise.all(nodes.map((node) => this.withClient(node, holds).catch(() => false)));
    return answers.every(Boolean);
  }

  private async form(busPorts: readonly number[]): Promise<void> {
    // Before any of them is met: a node that knows another takes no epoch any more.
    await this.each((client, i) => client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1));
    await this.each(async (client, i) => {
      for (const [other, { port }] of this.nodes.entries()) {
        if (other !== i) await client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPorts[other] ?? 0);
      }
      if (i >= PRIMARIES) return;
      const [first, next] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / PRIMARIES));
      await client.call('CLUSTER', 'ADDSLOTSRANGE', first ?? 0, (next ?? 0) - 1);
    });
    const acquainted = async (client: Redis) =>
      linesOf(await client.call('CLUSTER', 'NODES')).filter((line) => !/handshake|noaddr|disconnected/.test(line))
        .length === this.nodes.length;
    await waitUntil('nodes that all know each other', () => this.all(this.nodes, acquainted), FORM_MS);
    const ids = await this.onEach((client) => client.call('CLUSTER', 'MYID'));
    await this.each(async (client, i) => {
      if (i >= PRIMARIES) await client.call('CLUSTER', 'REPLICATE', String(ids[i - PRIMARIES]));
    });
    await this.healthy();
  }

  private async each(use: (client: Redis, index: number) => Promise<unknown>): Promise<void> {
    await Promise.all(this.nodes.map((node, i) => this.withClient(node, (client) => use(client, i))));
  }
}

const linesOf = (text: unknown): string[] => String(text).trim().split('\n');

async function isHealthy(client: Redis): Promise<boolean> {
  const state = String(await client.call('CLUSTER', 'INFO'));
  const replication = String(await client.info('replication'));
  return state.includes('cluster_state:ok') && !replication.includes('master_link_status:down');
}

async function startNode(password: string | undefined): Promise<{ server: RedisServer; busPort: number }> {
  for (let attempt = 1; ; attempt++) {
    const busPort = await freePort();
    const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '1000'];
    // A replica would otherwise wait 5 s for others that want to be synchronized as well.
    args.push('--repl-diskless-sync-delay', '0');
    if (password !== undefined) args.push('--requirepass', password, '--masterauth', password);
    try {
      return { server: await startRedis({ args }), busPort };
    } catch (error) {
      // Somebody else may have taken the bus's port since it was found free.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
