import type { Logger } from '../log';
import { StoreKeys } from './keys';
import { MemoryStore } from './memory/memory-store';
import type { RedisTarget } from './redis/redis-target';
import type { OpenedStore } from './store';

export type StoreSettings =
  | { kind: 'memory' }
  | { kind: 'redis'; target: RedisTarget; timeoutMs: number /** Put before every key. */; keyPrefix?: string };

export interface OpenStoreOptions {
  /** Of the in-process store, ms since the epoch. Redis has a clock of its own, which this one is compared with. */
  clock?: () => number;
  /** Gets warnings about what an operator should change although the store works: settings of Redis, a clock. */
  log?: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Opens the store.
 * @throws StoreUnavailableError (by rejection) if it can't be reached, or this user may not write what must be remembered.
 */
export async function openStore(settings: StoreSettings, { clock, log }: OpenStoreOptions = {}): Promise<OpenedStore> {
  if (settings.kind === 'memory') return new MemoryStore(clock);
  // Loaded only when used: the in-process store starts without a Redis client.
  const { openRedisStore }: typeof import('./redis/open-redis-store') = require('./redis/open-redis-store');
  return openRedisStore(settings.target, settings.timeoutMs, new StoreKeys(settings.keyPrefix), { clock, log });
}
