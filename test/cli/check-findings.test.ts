import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6 } from 'node:net';
import { runCommandHere } from '../harness/command-line';
import { LOOPBACKS } from '../harness/loopbacks';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import type { Environment } from '../harness/server-process';
import { startCommandProxy } from '../store/command-proxy';

interface Finding {
  level: string;
  what: string;
  words: string;
}

async function findings(environment: Environment): Promise<Finding[]> {
  return JSON.parse((await runCommandHere(['check', '--json'], environment)).stdout).findings;
}

describeWithRedis('What check finds in a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  /** Of a Redis that answers this to INFO. */
  async function told(info: string): Promise<Finding[]> {
    const proxy = await startCommandProxy(redis.port, async (command) =>
      /^\*1\r\n\$4\r\ninfo\r\n$/i.test(command) ? info : undefined,
    );
    try {
      return (await findings({ REDIS_URL: proxy.url })).filter(({ what }) => what === 'redis');
    } finally {
      await proxy.close();
    }
  }
  const bulk = (...lines: string[]) => {
    const text = lines.join('\r\n');
    return `$${text.length}\r\n${text}\r\n`;
  };

  test.each([
    ['5.0.14', 'failed'],
    ['6.0.0', 'ok'],
    ['7.4.1', 'ok'],
    ['10.0.0', 'ok'],
  ])('given version %s, then it is %s', async (version, level) => {
    const words = `version ${version}; 6.0 or newer is needed`;
    expect(await told(bulk(`redis_version:${version}`))).toContainEqual({ level, what: 'redis', words });
  });

  test.each([
    ['0', ['forgets all limits when it restarts: set appendonly yes']],
    ['1', []],
  ])('given appendonly %s, then it warns of what a restart forgets, or does not', async (enabled, warnings) => {
    const found = await told(bulk('redis_version:7.0.0', `aof_enabled:${enabled}`));
    expect(found.filter(({ level }) => level === 'warning').map(({ words }) => words)).toEqual(warnings);
  });

  test('given a user that may not ask for INFO, then it says so, and claims nothing of what it does not know', async () => {
    // What ioredis says of it goes to stderr, but for Jest, whose console is one stream.
    const warned = jest.spyOn(console, 'warn').mockImplementation();
    const found = await told("-NOPERM this user has no permissions to run the 'info' command\r\n");
    warned.mockRestore();
    expect(found.filter(({ level }) => level !== 'ok').map(({ words }) => words)).toEqual([
      'does not tell its version: this user may not ask for INFO',
    ]);
  });
});

describe('What check finds elsewhere', () => {
  const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`;

  test('given settings of which a start warns, then it tells the same, as warnings', async () => {
    const found = await findings({ TRUST_PROXIES: '1' });
    expect(found.filter(({ what }) => what === 'settings')).toEqual([
      { level: 'ok', what: 'settings', words: 'can be started with' },
      { level: 'warning', what: 'settings', words: expect.stringContaining('is TRUST_PROXY meant?') },
    ]);
  });

  test('given neither a Redis nor a provider, then each is a warning, in a line of its own', async () => {
    const { exitCode, stdout } = await runCommandHere(['check'], {});
    expect(stdout.split('\n')).toEqual([
      'ok       settings  can be started with',
      'warning  store     in process: one server alone, which forgets all limits with its end',
      'warning  console   no provider: nothing is ever sent',
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  test('given a Redis that is not there, then machines are told by one word that all is not well', async () => {
    const ok = async (environment: Environment) =>
      JSON.parse((await runCommandHere(['check', '--json'], environment)).stdout).ok;
    expect([await ok({}), await ok({ REDIS_URL: 'redis://127.0.0.1:9' })]).toEqual([true, false]);
  });

  test.each(LOOPBACKS)('given a provider at %s, then it is reached there', async (address) => {
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, address);
    await once(server, 'listening');
    const host = isIPv6(address) ? `[${address}]` : address;
    const WEBHOOK_URL = `http://${host}:${(server.address() as AddressInfo).port}/`;
    const found = await findings({ SMS_PROVIDERS: 'webhook', WEBHOOK_URL, WEBHOOK_SECRET });
    server.close();
    expect(found).toContainEqual({ level: 'ok', what: 'webhook', words: expect.stringContaining('can be reached') });
  });

  test('given a provider over TLS, then it is called by its name, which many hosts need to find its certificate', async () => {
    let hello = '';
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', (data) => {
          hello = data.toString('latin1');
          socket.destroy();
        });
    }).listen(0, 'localhost');
    await once(server, 'listening');
    const WEBHOOK_URL = `https://localhost:${(server.address() as AddressInfo).port}/`;
    const found = await findings({ SMS_PROVIDERS: 'webhook', WEBHOOK_URL, WEBHOOK_SECRET });
    server.close();
    // The extension server_name of RFC 6066 is not encrypted.
    expect(hello).toContain('localhost');
    expect(found).toContainEqual({
      level: 'failed',
      what: 'webhook',
      words: expect.stringContaining("can't be reached"),
    });
  });
});
