import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { luaScript, SCRIPT_NAMES } from './lua-scripts';
import type { RedisTarget } from './redis-target';

export type RedisClient = Redis | Cluster;

/** Longest pause between two attempts to connect, or two questions whether Redis has loaded, ms: it is in use well within 2 s of its return. */
export const RECONNECT_MS = 250;

const reconnectDelay = (attempt: number): number => Math.min(25 * 2 ** Math.min(attempt, 10), RECONNECT_MS);

/** A primary that became a replica under an open connection refuses to write: reconnect, and do not repeat the command. */
const reconnectOnError = (error: Error): boolean => error.message.startsWith('READONLY');

/**
 * A client that fails fast: no offline queue, no retries. A command that was under way when the connection broke fails and is not
 * repeated, because a late or a second reservation would be a false one.
 */
export function openRedisClient(target: RedisTarget, timeoutMs: number): RedisClient {
  const connection: RedisOptions = {
    connectTimeout: timeoutMs,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Without this, a peer that vanished silently would be waited for until the kernel gives up, after some 15 minutes. When the
    // connection ends its commands fail, so that none needs a timer of its own.
    socketTimeout: 2 * timeoutMs,
    // Without this, a client waits for as long as a Redis that loads its data reckons with, up to 10 s, though that may take far less.
    maxLoadingRetryTime: RECONNECT_MS,
    reconnectOnError,
  };
  const commands = {
    enableOfflineQueue: false,
    lazyConnect: true,
    scripts: Object.fromEntries(SCRIPT_NAMES.map((name) => [name, { lua: luaScript(name) }])),
  };
  if (target.kind === 'cluster') return openCluster(target.urls, connection, commands, timeoutMs);
  const client = openPrimary(target, { ...connection, ...commands, retryStrategy: reconnectDelay }, timeoutMs);
  allowManyRefusals(client);
  return client;
}

function openPrimary(
  target: Exclude<RedisTarget, { kind: 'cluster' }>,
  options: RedisOptions,
  timeoutMs: number,
): Redis {
  if (target.kind === 'single') return new Redis(target.url, options);
  const { sentinels, name, username, password, db } = target;
  const client = new Redis({
    ...options,
    sentinels: [...sentinels],
    name,
    username,
    password,
    db,
    sentinelRetryStrategy: reconnectDelay,
    sentinelCommandTimeout: timeoutMs,
    // A former primary that lost touch with its sentinels, but not with us, would go on taking what is lost later.
    failoverDetector: true,
  });
  ignoreErrorsOfSentinels(client);
  return client;
}

/**
 * Each command that a replica refuses ends the connection once more, with one more listener on it. Node prints a warning of the eleventh, past
 * the log.
 */
function allowManyRefusals(client: Redis): void {
  client.on('connect', () => client.stream.setMaxListeners(0));
}

/** Nothing listens to errors of the connections on which sentinels tell of another primary: ioredis prints them, with a stack, past the log. */
function ignoreErrorsOfSentinels(client: Redis): void {
  const { connector } = client as unknown as { connector: { connectToSentinel(...options: unknown[]): Redis } };
  const connect = connector.connectToSentinel.bind(connector);
  connector.connectToSentinel = (...options) => connect(...options).on('error', () => undefined);
}

function openCluster(
  urls: readonly string[],
  connection: RedisOptions,
  commands: ClusterOptions,
  timeoutMs: number,
): Cluster {
  const cluster = new Cluster([...urls], {
    ...commands,
    redisOptions: { ...connection, ...credentials(urls[0] ?? '') },
    clusterRetryStrategy: reconnectDelay,
    slotsRefreshTimeout: timeoutMs,
    // Host names are kept, since TLS checks them; Node resolves them at each connection.
    dnsLookup: (host, done) => done(null, host),
    // Only redirections are followed, since a redirected command did nothing yet. One whose connection broke is not sent again.
    retryDelayOnFailover: 0,
  });
  // While a connection is being made, its commands fail. So it is made before the first one needs it, to replicas too: one of them
  // is the primary after a failover. Not before the cluster is ready, whose own check would fail; and a redirected command that
  // waits for it goes first.
  const connect = (node: Redis) => {
    if (cluster.status === 'ready' && node.status === 'wait') node.connect().catch(() => undefined);
  };
  cluster.on('ready', () => cluster.nodes().forEach(connect));
  cluster.on('+node', (node: Redis) => setImmediate(connect, node));
  cluster.on('+node', allowManyRefusals);
  cluster.on('+node', ignoreErrorsOfAsking);
  rememberNodes(cluster, urls);
  return cluster;
}

/**
 * Once all connections are lost the library asks the seeds alone, which may be at other addresses by then: a server that had followed its
 * cluster there would not find it again. The nodes that it knew last are asked as well.
 */
function rememberNodes(cluster: Cluster, seeds: readonly string[]): void {
  const asked = cluster as unknown as { startupNodes: (string | { host?: string; port?: number })[] };
  cluster.on('refresh', () => {
    const known = cluster.nodes().map(({ options: { host, port } }) => ({ host, port }));
    if (known.length > 0) asked.startupNodes = [...seeds, ...known];
  });
}

/**
 * A command that a node redirects to the one that its slot moves to is preceded by ASKING, whose answer nobody waits for: where that
 * connection ends first, its failure would end the process. The command fails by itself.
 */
function ignoreErrorsOfAsking(node: Redis): void {
  const asking = node.asking.bind(node) as () => Promise<'OK'>;
  node.asking = () => {
    const answer = asking();
    answer.catch(() => undefined);
    return answer;
  };
}

/** The login and TLS of a seed, for all nodes: those that the seeds name are reached by address alone. */
function credentials(url: string): RedisOptions {
  const { protocol, username, password } = new URL(url);
  return {
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    tls: protocol === 'rediss:' ? {} : undefined,
  };
}
