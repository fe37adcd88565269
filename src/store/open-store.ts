import { MemoryStore } from './memory/memory-store';
import type { RedisTarget } from './redis/redis-target';
import type { Store } from './store';

export type StoreSettings = { kind: 'memory' } | { kind: 'redis'; target: RedisTarget; timeoutMs: number };

/** Opens the store; fails with StoreUnavailableError if it can't be reached. */
export async function openStore(settings: StoreSettings, clock?: () => number): Promise<Store> {
  if (settings.kind === 'memory') return new MemoryStore(clock);
  // Loaded only when used: the in-process store starts without a Redis client.
  const { openRedisClient }: typeof import('./redis/redis-client') = require('./redis/redis-client');
  const { RedisCommands }: typeof import('./redis/redis-commands') = require('./redis/redis-commands');
  const commands = new RedisCommands(openRedisClient(settings.target, settings.timeoutMs), settings.timeoutMs);
  try {
    await commands.connect();
  } catch (error) {
    // Otherwise the client would go on trying, for nobody, and keep the process from ending.
    await commands.close();
    throw error;
  }
  if (settings.target.kind === 'cluster') {
    const { RedisClusterStore }: typeof import('./redis/redis-cluster-store') = require('./redis/redis-cluster-store');
    return new RedisClusterStore(commands);
  }
  const { RedisStore }: typeof import('./redis/redis-store') = require('./redis/redis-store');
  return new RedisStore(commands);
}
