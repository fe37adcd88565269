import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { agedStore } from './aged-store';
import type { StoreSubject } from './contract';

const AGE = readFileSync(join(__dirname, 'age.lua'), 'utf8');

/** In a cluster a script must say that it touches keys which it was not given. */
const CLUSTER_HEADER = '#!lua flags=allow-cross-slot-keys\n';

const KEYS_WITHOUT_EXPIRY = `
local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  if redis.call('PTTL', key) < 0 then found[#found + 1] = key end
end
return found`;

export interface AgedRedis extends StoreSubject {
  /** A connection of the test's own. */
  client: Redis;
}

export interface AgedRedisOptions {
  kind?: 'single' | 'cluster';
  timeoutMs?: number;
  /** After every operation, look whether each key has an expiry. */
  watched?: boolean;
}

/** The store on the (emptied) Redis at `url`, with time that the test moves. */
export async function openAgedRedis(url: string, options: AgedRedisOptions = {}): Promise<AgedRedis> {
  const { kind = 'single', timeoutMs = 10_000, watched = false } = options;
  const header = kind === 'cluster' ? CLUSTER_HEADER : '';
  const client = new Redis(url);
  await client.flushall();
  const target = kind === 'single' ? { kind, url } : { kind, urls: [url] };
  const store = await openStore({ kind: 'redis', target, timeoutMs });
  let agedMs = 0;
  /** What another service wrote without an expiry. */
  const keptByOthers = new Set<string>();

  const watch = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    const kept = watched ? ((await client.eval(header + KEYS_WITHOUT_EXPIRY, 0)) as string[]) : [];
    expect(kept.filter((key) => !keptByOthers.has(key))).toEqual([]);
    return value;
  };
  // What a caller was told of the past stays where it was told; only what is stored moves.
  const aged = agedStore(store, () => agedMs, watch);
  return {
    store: aged,
    client,
    readCode: (mobile) => client.get(`sms:${mobile}`),
    async writeForeignCode(mobile, code, expires = true) {
      if (!expires) keptByOthers.add(`sms:${mobile}`);
      await (expires ? client.set(`sms:${mobile}`, code, 'EX', 300) : client.set(`sms:${mobile}`, code));
    },
    async advance(ms) {
      await client.eval(header + AGE, 0, ms);
      agedMs += ms;
    },
    async close() {
      await store.close();
      await client.quit();
    },
  };
}
