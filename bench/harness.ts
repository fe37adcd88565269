import { cpSync } from 'node:fs';
import { request } from 'node:http';
import { buildSync } from 'esbuild';
import { Redis } from 'ioredis';
import type { Dialect } from './load';
import { LOAD_CORE, type Running, start } from './process';

export interface Contender {
  name: string;
  command: string[];
  dialect: Dialect;
}

const COMPILED = 'node_modules/.cache/bench';

/**
 * A server of the bench, compiled before it is started: a compiler within it would show in its start and its memory, and gives a name to
 * every closure that a request makes.
 */
function compiled(name: string): string[] {
  const outfile = `${COMPILED}/${name}.js`;
  buildSync({
    entryPoints: [`bench/servers/${name}.ts`],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    tsconfig: 'tsconfig.build.json',
  });
  // What the product's code reads from beside itself.
  cpSync('dist', COMPILED, { recursive: true, filter: (path) => !/\.(js|map)$/.test(path) });
  return ['node', outfile];
}

export const BARE: Contender = {
  name: 'bare',
  command: compiled('bare'),
  dialect: 'plain',
};
export const BARE_LIMITS: Contender = {
  name: 'bare, our limits',
  command: compiled('bare-limits'),
  dialect: 'plain',
};
export const OURS: Contender = { name: 'this server', command: ['node', 'dist/main.js'], dialect: 'graphql' };
export const FAST_PATH_OFF: Contender = {
  name: 'fast path off',
  command: compiled('apollo-path'),
  dialect: 'graphql',
};
export const USUAL: Contender = {
  name: 'usual way',
  command: compiled('usual'),
  dialect: 'graphql',
};

/** All limits on, and out of the load's way; its clients are told apart by what stands in X-Forwarded-For. */
const FAR = '1000000000';
const SETTINGS = {
  LOG_LEVEL: 'silent',
  NODE_ENV: 'production',
  SMS_PROVIDERS: 'console',
  TRUST_PROXY: '1',
  // What it costs is measured by itself: nobody confirms what the load generator asks for.
  ABUSE_POLICY: 'off',
  SMS_PER_CLIENT_HOUR: FAR,
  SMS_PER_NETWORK_HOUR: FAR,
  CAPTCHA_PER_CLIENT_MINUTE: FAR,
  CAPTCHA_PER_NETWORK_MINUTE: FAR,
  VERIFY_PER_CLIENT_HOUR: FAR,
  SMS_DAILY_BUDGET: FAR,
  CAPTCHA_LEVEL: 'normal',
  // Longer than Redis takes on a busy machine: an answer that comes late is measured, not lost.
  REDIS_TIMEOUT_MS: '20000',
};

/** One real Redis, and the servers that are measured on it. */
export class BenchHarness {
  private readonly started: Running[] = [];

  private constructor(
    readonly redis: Redis,
    readonly redisServer: Running,
  ) {}

  static async open(): Promise<BenchHarness> {
    const command = ['redis-server', '--port', '{port}', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'];
    const redisServer = await start(command, {}, pings, LOAD_CORE);
    return new BenchHarness(new Redis(redisServer.port), redisServer);
  }

  async start({ command, dialect }: Contender, settings: Readonly<Record<string, string>> = {}): Promise<Running> {
    const env = { ...SETTINGS, REDIS_URL: `redis://127.0.0.1:${this.redisServer.port}`, ...settings };
    const running = await start(command, env, (port) => serves(port, dialect));
    this.started.push(running);
    return running;
  }

  close(): void {
    for (const running of [...this.started, this.redisServer]) running.stop();
    this.redis.disconnect();
  }
}

/** Whether a server answers an operation. */
function serves(port: number, dialect: Dialect): Promise<boolean> {
  return new Promise((resolve) => {
    const path = dialect === 'plain' ? '/imageCaptcha' : '/graphql';
    const headers = { 'content-type': 'application/json' };
    const call = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    });
    call.on('error', () => resolve(false));
    call.end(JSON.stringify({ query: '{ imageCaptcha { code } }' }));
  });
}

async function pings(port: number): Promise<boolean> {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
