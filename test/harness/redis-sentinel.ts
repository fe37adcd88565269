import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port';
import { type RedisServer, startRedis } from './redis-server';
import { waitUntil } from './wait-until';

const NAME = 'shop';
const SENTINELS = 3;
const REPLICAS = 2;
const FORM_MS = 20_000;

/** A primary with two replicas, and three sentinels that replace it within seconds. All real, all the test's own. */
export class RedisSentinelSet {
  private constructor(
    /** The first primary, then its replicas. */
    readonly servers: readonly RedisServer[],
    private readonly sentinels: readonly Sentinel[],
  ) {}

  static async start(): Promise<RedisSentinelSet> {
    // A replica would otherwise wait 5 s for others that want to be synchronized as well.
    const args = ['--repl-diskless-sync-delay', '0'];
    const primary = await startRedis({ args });
    const follow = [...args, '--replicaof', '127.0.0.1', String(primary.port)];
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startRedis({ args: follow })));
    const online = () =>
      withClient(primary.port, async (client) => {
        const state = await client.info('replication');
        return state.split('state=online').length === REPLICAS + 1;
      });
    await waitUntil('replicas that follow', online, FORM_MS);
    const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => Sentinel.start(primary.port)));
    const acquainted = async () => (await Promise.all(sentinels.map((one) => one.isAcquainted()))).every(Boolean);
    await waitUntil('sentinels that know each other and the replicas', acquainted, FORM_MS);
    return new RedisSentinelSet([primary, ...replicas], sentinels);
  }

  /** REDIS_URL with all sentinels. */
  get url(): string {
    return `redis+sentinel://${this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join()}/${NAME}`;
  }

  /** What another service of the shop has in its hands. */
  connect(): Redis {
    const sentinels = this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
    const client = new Redis({ sentinels, name: NAME, retryStrategy: () => 50 });
    client.on('error', () => undefined);
    return client;
  }

  /** The server that most sentinels name as the primary now. */
  async primary(): Promise<RedisServer> {
    const primary = await this.named();
    if (!primary) throw new Error('The sentinels name no primary');
    return primary;
  }

  private async named(): Promise<RedisServer | undefined> {
    // One may stand still.
    const named = await Promise.all(this.sentinels.map((one) => one.primaryPort().catch(() => undefined)));
    const port = named.find((candidate) => named.filter((other) => other === candidate).length > SENTINELS / 2);
    return this.servers.find((server) => server.port === port);
  }

  /** Whether the primary has all others as replicas. */
  async hasAllReplicas(): Promise<boolean> {
    const primary = await this.named();
    // On a busy machine they take a while.
    if (!primary) return false;
    const state = await withClient(primary.port, (client) => client.info('replication'));
    return state.split('state=online').length === REPLICAS + 1;
  }

  /** Most sentinels name another as the primary. */
  async hasReplaced(lost: RedisServer): Promise<boolean> {
    const primary = await this.named();
    return primary !== undefined && primary !== lost;
  }

  /** What the primary holds. */
  async keys(pattern: string): Promise<string[]> {
    return withClient((await this.primary()).port, (client) => client.keys(pattern));
  }

  /** An orderly change of the primary: what is written is held back meanwhile, since the sentinels wait for nobody. */
  async switchOver(): Promise<RedisServer> {
    const primary = await this.primary();
    await withClient(primary.port, (client) => client.call('CLIENT', 'PAUSE', 10_000, 'WRITE'));
    return this.failOver();
  }

  /** A change of the primary at once: the old one goes on writing until the sentinels turn it into a replica. */
  async failOver(): Promise<RedisServer> {
    const primary = await this.primary();
    await withClient(this.sentinels[0]?.port ?? 0, (client) => client.call('SENTINEL', 'FAILOVER', NAME));
    return primary;
  }

  /** The first sentinel, which clients ask first, stands still, its connections open, as when its machine is gone. */
  pauseFirstSentinel(): void {
    this.sentinels[0]?.signal('SIGSTOP');
  }

  resumeFirstSentinel(): void {
    this.sentinels[0]?.signal('SIGCONT');
  }

  async close(): Promise<void> {
    await Promise.all(this.sentinels.map((one) => one.close()));
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

class Sentinel {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {}

  static async start(primaryPort: number): Promise<Sentinel> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'sentinel-test-'));
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${primaryPort} ${Math.ceil((SENTINELS + 1) / 2)}`,
      // Sentinels ask at least once a second, or once in this time if that is less: then one late answer deposes a primary that lives.
      `sentinel down-after-milliseconds ${NAME} 1500`,
      `sentinel failover-timeout ${NAME} 3000`,
      `sentinel parallel-syncs ${NAME} ${REPLICAS}`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    // The shell ends it when this process, and so the pipe, is gone, however that ended.
    const script = 'redis-server "$1" --sentinel >"$2" 2>&1 & trap "" INT TERM HUP; read -r _; kill -9 $!';
    const child = spawn('sh', ['-c', script, 'sh', file, join(folder, 'log')], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    return new Sentinel(port, folder, child);
  }

  async isAcquainted(): Promise<boolean> {
    return this.ask(async (client) => {
      const fields = (await client.call('SENTINEL', 'MASTER', NAME)) as string[];
      const field = (name: string) => Number(fields[fields.indexOf(name) + 1]);
      return field('num-other-sentinels') === SENTINELS - 1 && field('num-slaves') === REPLICAS;
    }).catch(() => false);
  }

  async primaryPort(): Promise<number> {
    return this.ask(async (client) => {
      const [, port] = (await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as [string, string];
      return Number(port);
    });
  }

  /** To the sentinel itself, which the shell started. */
  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    for (const child of children) process.kill(Number(child), name);
  }

  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.ref();
    this.child.stdin?.end();
    await gone;
    await rm(this.folder, { recursive: true, force: true });
  }

  private ask<T>(question: (client: Redis) => Promise<T>): Promise<T> {
    return withClient(this.port, question);
  }
}

async function withClient<T>(port: number, use: (client: Redis) => Promise<T>): Promise<T> {
  const options = { retryStrategy: null, connectTimeout: 2_000, commandTimeout: 2_000, enableReadyCheck: false };
  const client = new Redis(port, '127.0.0.1', { ...options, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}
