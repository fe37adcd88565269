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
  for (const url of urls) check(url);
  return urls.length > 1 ? { kind: 'cluster', urls } : { kind: 'single', url: value };
}

function check(value: string): void {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new Error(
      'must be redis://host:port/db, several of them, comma-separated, or redis+sentinel://host:port/NAME',
    );
  }
  if (!/^\/?\d*$/.test(url.pathname)) throw new Error('must end with the number of a database, or with none');
  if (url.hash !== '') throw new Error('must write a # in its password as %23');
  decoded(url.username);
  decoded(url.password);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('must write a % in its user, password or name as %25');
  }
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
    name: decoded(name),
    username: username ? decoded(username) : undefined,
    password: password ? decoded(password) : undefined,
    db: db ? Number(db) : undefined,
  };
}
