import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { luaScript, SCRIPT_NAMES } from './lua-scripts';
import type { RedisTarget } from './redis-target';

export type RedisClient = Redis | Cluster;

/** Longest pause between two attempts to reconnect, ms: Redis is in use again well within 2 s of its return. */
const RECONNECT_MS = 250;

const reconnectDelay = (attempt: number): number => Math.min(25 * 2 ** Math.min(attempt, 10), RECONNECT_MS);

/**
 * A client that never holds a command back: without a connection a command fails at once, and one that was under way when the
 * connection broke fails and is not repeated, because a late or a second reservation would be a false one.
 */
export function openRedisClient(target: RedisTarget, timeoutMs: number): RedisClient {
  const options: RedisOptions = {
    connectTimeout: timeoutMs,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: reconnectDelay,
    // A peer that vanished without a word would otherwise be waited for until the kernel gives up, a quarter of an hour.
    socketTimeout: 2 * timeoutMs,
    commandTimeout: 2 * timeoutMs,
    lazyConnect: true,
    scripts: Object.fromEntries(SCRIPT_NAMES.map((name) => [name, { lua: luaScript(name) }])),
  };
  if (target.kind === 'single') return new Redis(target.url, options);
  if (target.kind === 'sentinel') {
    const { sentinels, name, username, password, db } = target;
    return new Redis({
      ...options,
      sentinels: [...sentinels],
      name,
      username,
      password,
      db,
      sentinelRetryStrategy: reconnectDelay,
      sentinelCommandTimeout: timeoutMs,
    });
  }
  const { retryStrategy, enableOfflineQueue, enableAutoPipelining, scripts, lazyConnect, ...node } = options;
  return new Cluster([...target.urls], {
    redisOptions: node,
    enableAutoPipelining,
    enableOfflineQueue,
    scripts,
    lazyConnect,
    clusterRetryStrategy: reconnectDelay,
    slotsRefreshTimeout: timeoutMs,
    slotsRefreshInterval: 1000,
    // Only redirections are followed, since a redirected command did nothing yet. One whose connection broke is not sent again.
    retryDelayOnFailover: 0,
  });
}
