import type { Logger } from '../../log';
import type { StoreKeys } from '../keys';
import { type OpenedStore, StoreUnavailableError } from '../store';
import { ClockSkew } from './clock-skew';
import { openRedisClient } from './redis-client';
import { RedisClusterStore } from './redis-cluster-store';
import { RedisCommands } from './redis-commands';
import { redisNodes } from './redis-nodes';
import { RedisStore } from './redis-store';
import type { RedisTarget } from './redis-target';

/** What Redis answers while it can't write for now: no reason to end a start, since every request then fails closed. */
const PASSING = /^(OOM|MISCONF|NOREPLICAS|LOADING|CLUSTERDOWN)\b/;

/**
 * Connects, and checks that what the server must remember can be written where REDIS_URL says.
 * @throws StoreUnavailableError (by rejection) where it can't be, with the reason.
 */
export async function openRedisStore(
  target: RedisTarget,
  timeoutMs: number,
  keys: StoreKeys,
  { clock = Date.now, log }: { clock?: () => number; log?: Pick<Logger, 'info' | 'warn'> } = {},
): Promise<OpenedStore> {
  const client = openRedisClient(target, timeoutMs);
  const commands = new RedisCommands(client, redisNodes(client), timeoutMs, new ClockSkew(clock, log));
  try {
    await commands.connect();
    await probe(commands, keys, log);
  } catch (error) {
    // Otherwise the client would go on trying, for nobody, and keep the process from ending.
    await commands.close();
    throw error;
  }
  await warnOfEviction(commands, log);
  return target.kind === 'cluster' ? new RedisClusterStore(commands, keys) : new RedisStore(commands, keys);
}

async function probe(commands: RedisCommands, keys: StoreKeys, log?: Pick<Logger, 'warn'>): Promise<void> {
  try {
    // A user may be allowed some keys and not others.
    await Promise.all(keys.probes().map((key) => commands.run('probe', [key], [])));
  } catch (error) {
    const { message } = error as Error;
    if (!PASSING.test(message)) throw new StoreUnavailableError(`a test write failed: ${message}`);
    log?.warn({ error: message }, 'Redis takes no writes at the moment: every request is refused until it does');
  }
}

async function warnOfEviction(commands: RedisCommands, log?: Pick<Logger, 'warn'>): Promise<void> {
  for (const memory of await commands.info('memory')) {
    const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
    const bounded = /^maxmemory:[1-9]/m.test(memory);
    if (bounded && policy !== undefined && policy !== 'noeviction') {
      log?.warn(
        { policy },
        'Redis may evict keys when it is full, and limits with them: set maxmemory-policy noeviction',
      );
      return;
    }
  }
}
