/**
 * CPU time per request of this server, beside a bare one and one built in the usual way: the same work, interleaved, in one run on
 * one Redis. `npm run bench`; --requests N per measurement, --rounds N.
 */
import { request } from 'node:http';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { type Dialect, load, type OperationName, prepare } from './load';
import { pinLoad, type Running, start } from './process';
import { median, percentile, table } from './statistics';

const OPERATIONS: OperationName[] = ['imageCaptcha', 'sendSmsCode', 'verifySmsCode'];
/** Limits on, and out of the way of a load that comes from one address. */
const FAR = '1000000000';
const LIMITS = {
  SMS_PER_CLIENT_HOUR: FAR,
  CAPTCHA_PER_CLIENT_MINUTE: FAR,
  SMS_DAILY_BUDGET: FAR,
  CAPTCHA_LEVEL: 'normal',
};

interface Contender {
  name: string;
  command: string[];
  dialect: Dialect;
}

const CONTENDERS: Contender[] = [
  { name: 'bare', command: ['node', '--import', 'tsx', 'bench/servers/bare.ts'], dialect: 'plain' },
  { name: 'this server', command: ['node', 'dist/main.js'], dialect: 'graphql' },
  { name: 'usual way', command: ['node', '--import', 'tsx', 'bench/servers/usual.ts'], dialect: 'graphql' },
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { requests: { type: 'string', default: '4000' }, rounds: { type: 'string', default: '7' } },
  });
  const [requests, rounds] = [Number(values.requests), Number(values.rounds)];
  const pinned = pinLoad();
  const redisServer = await start(
    ['redis-server', '--port', '{port}', '--save', '', '--appendonly', 'no', '--loglevel', 'warning'],
    {},
    pings,
    '1',
  );
  const redisUrl = `redis://127.0.0.1:${redisServer.port}`;
  const redis = new Redis(redisUrl);
  const env = { REDIS_URL: redisUrl, LOG_LEVEL: 'silent', NODE_ENV: 'production', SMS_PROVIDERS: 'console', ...LIMITS };
  const servers: (Contender & { running: Running })[] = [];
  for (const contender of CONTENDERS) {
    servers.push({
      ...contender,
      running: await start(contender.command, env, (port) => serves(port, contender.dialect)),
    });
  }

  process.stdout.write(
    `Node ${process.version}, ${requests} requests × ${rounds} rounds, servers ${pinned ? 'on a core of their own' : 'NOT pinned'}\n\n`,
  );
  const rows: string[][] = [];
  for (const operation of OPERATIONS) {
    const cpu = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
    const times = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
    for (let round = -1; round < rounds; round++) {
      for (const { name, dialect, running } of servers) {
        const calls = await prepare(redis, operation, requests);
        const before = running.cpuMicros();
        const took = await load(running.port, dialect, operation, calls);
        if (round < 0) continue; // Warm-up.
        cpu.get(name)?.push((running.cpuMicros() - before) / requests);
        times.get(name)?.push(...took);
      }
      await redis.flushdb();
    }
    const bare = cpu.get('bare') ?? [];
    for (const { name } of servers) {
      const own = cpu.get(name) ?? [];
      const ratios = own.map((value, i) => value / (bare[i] ?? value));
      rows.push([
        operation,
        name,
        median(own).toFixed(0),
        median(ratios).toFixed(2),
        `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
        percentile(times.get(name) ?? [], 50).toFixed(1),
        percentile(times.get(name) ?? [], 99).toFixed(1),
      ]);
    }
  }
  process.stdout.write(
    table(['operation', 'server', 'CPU µs/request', 'ratio to bare', 'spread', 'p50 ms', 'p99 ms'], rows),
  );
  process.stdout.write(
    `\n${table(
      ['server', 'cold start ms', 'memory MB'],
      servers.map(({ name, running }) => [name, running.coldStartMs.toFixed(0), running.memoryMb().toFixed(0)]),
    )}`,
  );
  for (const { running } of [...servers, { running: redisServer }]) running.stop();
  redis.disconnect();
}

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

void main();
