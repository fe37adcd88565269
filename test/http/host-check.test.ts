import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { isOwnHost } from '../../src/http/host-check';
import { type ServerProcess, startServer } from '../harness/server-process';
import { LocalApp } from '../observability/local-app';

describe('Who is answered in development', () => {
  const servers: ServerProcess[] = [];
  jest.setTimeout(60_000);
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function start(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = await startServer(environment);
    servers.push(server);
    return server;
  }

  const statusFor = (server: Pick<ServerProcess, 'url'>, host: string, path: string, method = 'GET') =>
    new Promise<number>((resolve, reject) => {
      const call = request(`${server.url}${path}`, { method, headers: { host }, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.on('error', reject).end();
    });

  test('a name that a stranger points at this machine gets 403 on every path', async () => {
    const server = await start({});
    for (const host of ['evil.example', 'evil.example:4000', 'localhost.evil.example', '127.0.0.1.evil.example', 'x']) {
      for (const path of ['/dev/last-sms?mobile=13800138000', '/graphql', '/', '/healthz', '/readyz', '/metrics']) {
        expect([host, path, await statusFor(server, host, path)]).toEqual([host, path, 403]);
      }
      expect(await statusFor(server, host, '/graphql', 'POST')).toBe(403);
      expect(await statusFor(server, host, '/graphql', 'OPTIONS')).toBe(403);
    }
    for (const host of [
      'localhost',
      'LOCALHOST:4000',
      '127.0.0.1',
      '[::1]',
      '[::1]:4000',
      `127.0.0.1:${server.port}`,
    ]) {
      expect([host, await statusFor(server, host, '/healthz')]).toEqual([host, 200]);
    }
  });

  test('the name in HOST is its own', async () => {
    const server = await start({ HOST: 'localhost' });
    expect(await statusFor(server, 'localhost:1', '/healthz')).toBe(200);
    expect(await statusFor(server, 'evil.example', '/healthz')).toBe(403);
  });

  test('the name in HOST is a name, in whatever case it is set or asked for', () => {
    expect(isOwnHost('shop.local:4000', 'Shop.Local')).toBe(true);
    expect(isOwnHost('SHOP.local', 'shop.local')).toBe(true);
    expect(isOwnHost('shop.local', 'other.local')).toBe(false);
    // Nobody's name, and without a name nobody's either.
    expect(isOwnHost('', undefined)).toBe(false);
    expect(isOwnHost('shop.local', undefined)).toBe(false);
  });

  test('given a name in HOST that is not localhost, then the server answers to it', async () => {
    // Whose listening on the loopback is the test's.
    const app = await LocalApp.start({ HOST: 'Shop.local' });
    expect(await statusFor(app, 'shop.local:4000', '/healthz')).toBe(200);
    expect(await statusFor(app, 'other.local', '/healthz')).toBe(403);
    await app.close();
  });

  test('production answers under any name: its proxy knows them', async () => {
    const server = await start({ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' });
    expect(await statusFor(server, 'shop.example', '/healthz')).toBe(200);
  });

  test('without HOST, development listens on 127.0.0.1 alone, production on all addresses', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address);
    // Every machine has more than one address of its own, if only on the loopback.
    const reaches = (server: ServerProcess, address: string) =>
      fetch(`http://${address}:${server.port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    const development = await start({ HOST: '' });
    const production = await start({ HOST: '', NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' });
    for (const address of ['127.0.0.2', ...others]) {
      expect([address, await reaches(development, address)]).toEqual([address, false]);
      expect([address, await reaches(production, address)]).toEqual([address, true]);
    }
    expect(await reaches(development, '127.0.0.1')).toBe(true);
  });
});
