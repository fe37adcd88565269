/** Where Redis is, as REDIS_URL says it. */
export type RedisTarget =
  | { kind: 'single'; url: string }
  | { kind: 'cluster'; urls: readonly string[] }
  | {
      kind: 'sentinel';
      sentinels: readonly { host: string; port: number }[];
      /** The primary's name, as the sentinels know it. */
      name: string;
      username?: string;
      password?: string;
      db?: number;
    };

const SENTINEL = /^redis\+sentinel:\/\/(?:([^:@/]*):([^@/]*)@)?([^/@]+)\/([^/?]+)(?:\/(\d+))?$/;
const DEFAULT_SENTINEL_PORT = 26_379;

/**
 * `redis[s]://[user:password@]host[:port][/db]`, several of them, comma-separated, for a cluster's seeds, or
 * `redis+sentinel://[user:password@]host[:port],host[:port]/NAME[/db]`.
 * @throws Error that completes "REDIS_URL ..." and repeats nothing of the URL, which may hold a password.
 */
export function redisTarget(value: string): RedisTarget {
  if (value.startsWith('redis+sentinel:')) return sentinelTarget(value);
  const urls = value.split(',').map((url) => url.trim());
  for (const url of urls) {
    if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol) || new URL(url).hostname === '') {
      throw new Error(
        'must be redis://host:port/db, several of them, comma-separated, or redis+sentinel://host:port/NAME',
      );
    }
  }
  return urls.length > 1 ? { kind: 'cluster', urls } : { kind: 'single', url: value };
}

function sentinelTarget(value: string): RedisTarget {
  const match = SENTINEL.exec(value);
  if (!match) throw new Error('must read redis+sentinel://host:port,host:port/NAME for a sentinel set');
  const [, username, password, hosts = '', name = '', db] = match;
  const sentinels = hosts.split(',').map((host) => {
    if (!URL.canParse(`redis://${host}`)) throw new Error('names a sentinel that is not host:port');
    const { hostname, port } = new URL(`redis://${host}`);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: port ? Number(port) : DEFAULT_SENTINEL_PORT };
  });
  return {
    kind: 'sentinel',
    sentinels,
    name: decodeURIComponent(name),
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    db: db ? Number(db) : undefined,
  };
}
