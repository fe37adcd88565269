import { MemoryStore } from './memory-store';
import type { RedisTarget } from './redis-target';
import type { Store } from './store';

export type StoreSettings = { kind: 'memory' } | { kind: 'redis'; target: RedisTarget; timeoutMs: number };

/** Opens the store; fails with StoreUnavailableError if it can't be reached. */
export async function openStore(settings: StoreSettings, clock?: () => number): Promise<Store> {
  if (settings.kind === 'memory') return new MemoryStore(clock);
  // Loaded only when used: the in-process store starts without a Redis client.
  const { openRedisClient }: typeof import('./redis-connection') = require('./redis-connection');
  const { RedisCommands }: typeof import('./redis-commands') = require('./redis-commands');
  const commands = new RedisCommands(openRedisClient(settings.target, settings.timeoutMs), settings.timeoutMs);
  try {
    await commands.connect();
  } catch (error) {
    // Otherwise the client would go on trying, for nobody, and keep the process from ending.
    await commands.close();
    throw error;
  }
  if (settings.target.kind === 'cluster') {
    const { RedisClusterStore }: typeof import('./redis-cluster-store') = require('./redis-cluster-store');
    return new RedisClusterStore(commands);
  }
  const { RedisStore }: typeof import('./redis-store') = require('./redis-store');
  return new RedisStore(commands);
}
