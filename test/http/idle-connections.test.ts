import { setTimeout as delay } from 'node:timers/promises';
import { type ServerProcess, startServer } from '../harness/server-process';
import { get, open, statuses, untilClosed } from '../hostile/support/raw-client';

/** Longer than Node keeps an idle connection, and looks for those. */
const IDLE_MS = 7_000;

const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };

describe('A connection that is idle between two requests', () => {
  const servers: ServerProcess[] = [];
  jest.setTimeout(60_000);
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  /** A server whose METRICS_PORT stands open as well; returns both ports. */
  async function start(TRUST_PROXY: string): Promise<number[]> {
    const server = await startServer({ ...PRODUCTION, TRUST_PROXY, METRICS_PORT: '0' });
    servers.push(server);
    return [server.port, Number(server.logs.find(({ msg }) => msg.startsWith('Ready'))?.metricsPort)];
  }

  /** The answers to a request, and to another one after a pause if the connection is still there. */
  async function askTwice(port: number): Promise<number[]> {
    const socket = await open(port);
    const closed = untilClosed(socket, 4 * IDLE_MS);
    socket.write(get('/healthz'));
    await delay(IDLE_MS);
    socket.write(get('/healthz', 'connection: close\r\n'));
    return statuses((await closed) ?? 'it stayed open');
  }

  test('given a proxy in front, then it may use it again: to be the last to close would be a 502 for somebody', async () => {
    const ports = await start('1');
    expect(await Promise.all(ports.map(askTwice))).toEqual([
      [200, 200],
      [200, 200],
    ]);
  });

  test('given none, then it is closed within seconds', async () => {
    const ports = await start('0');
    expect(await Promise.all(ports.map(askTwice))).toEqual([[200], [200]]);
  });
});
