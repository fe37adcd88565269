import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';

describeWithRedis('a redis-server of the tests', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  test('stands on a port of its own, each beside the other', async () => {
    const other = await startRedis();
    expect(other.port).not.toBe(server.port);
    await other.close();
  });

  test('is empty after a restart on the same port', async () => {
    const { port } = server;
    await withClient(server, (client) => client.set('a', '1'));
    await server.restart();
    expect(server.port).toBe(port);
    expect(await withClient(server, (client) => client.dbsize())).toBe(0);
  });

  test('says nothing while paused, and goes on afterwards', async () => {
    await withClient(server, async (client) => {
      await client.ping();
      server.pause();
      let answered = false;
      const answer = client.ping().then(() => {
        answered = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(answered).toBe(false);
      server.resume();
      await answer;
      expect(answered).toBe(true);
    });
  });

  test('ends with the process that started it, even if that is killed', async () => {
    const script = `
      require('tsx/cjs');
      require('./test/harness/redis-server.ts').startRedis().then((server) => {
        require('node:fs').writeSync(1, String(server.port));
        process.kill(process.pid, 'SIGKILL');
      });`;
    let output = '';
    try {
      execFileSync(process.execPath, ['-e', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    } catch (error) {
      output = (error as { stdout: string }).stdout;
    }
    const port = Number(output);
    expect(port).toBeGreaterThan(0);
    for (let tries = 0; tries < 100 && (await isOpen(port)); tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await isOpen(port)).toBe(false);
  });
});

async function withClient<T>(server: RedisServer, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.url);
  try {
    return await use(client);
  } finally {
    await client.quit();
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => settle(true));
    const settle = (open: boolean) => {
      socket.destroy();
      resolve(open);
    };
    socket.once('error', () => settle(false));
  });
}
