import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { pino } from 'pino';
import { crossOrigin } from '../../src/http/cross-origin';
import { IMAGE_CAPTCHA } from '../harness/api-client';
import { type ServerProcess, startServer } from '../harness/server-process';

const SHOP = 'https://shop.example';
const STRANGER = 'https://stranger.example';
const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };

describe('Pages of other origins', () => {
  const servers: ServerProcess[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function startProcess(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = await startServer(environment);
    servers.push(server);
    return server;
  }
  const start = async (environment: Readonly<Record<string, string>>) =>
    `${(await startProcess(environment)).url}/graphql`;

  const preflight = (url: string, origin: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-trusted-device',
      },
    });
  const post = (url: string, origin: string) =>
    fetch(url, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ query: IMAGE_CAPTCHA }),
    });
  const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');

  test('without CORS_ORIGINS: none may call, and none may read an answer', async () => {
    const url = await start(PRODUCTION);
    for (const origin of [SHOP, 'null', 'https://studio.apollographql.com']) {
      expect(allowed(await preflight(url, origin))).toBeNull();
      expect(allowed(await post(url, origin))).toBeNull();
    }
  }, 60_000);

  test('with CORS_ORIGINS: those alone, without cookies, and told apart by caches', async () => {
    const url = await start({ ...PRODUCTION, CORS_ORIGINS: `${SHOP}, http://localhost:5173` });
    for (const origin of [SHOP, 'http://localhost:5173']) {
      const answer = await preflight(url, origin);
      expect(answer.status).toBe(204);
      expect(allowed(answer)).toBe(origin);
      expect(answer.headers.get('access-control-allow-methods')).toBe('POST');
      expect(answer.headers.get('access-control-allow-headers')).toBe('content-type,x-trusted-device');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      // A browser then asks once in ten minutes, not before each request.
      expect(answer.headers.get('access-control-max-age')).toBe('600');
      const posted = await post(url, origin);
      expect(allowed(posted)).toBe(origin);
      expect(posted.headers.get('vary')).toMatch(/origin/i);
    }
    for (const origin of [
      STRANGER,
      `${SHOP}.stranger.example`,
      'https://SHOP.example',
      'http://shop.example',
      'null',
    ]) {
      expect(allowed(await preflight(url, origin))).toBeNull();
      expect(allowed(await post(url, origin))).toBeNull();
    }
  }, 60_000);

  test('with CORS_ORIGINS=*: any', async () => {
    const url = await start({ ...PRODUCTION, CORS_ORIGINS: '*' });
    expect(allowed(await preflight(url, STRANGER))).toBe('*');
    expect(allowed(await post(url, STRANGER))).toBe('*');
  }, 60_000);

  test('in development Sandbox and pages of this machine may call as well', async () => {
    const url = await start({});
    for (const origin of [
      'https://studio.apollographql.com',
      // Where the frame of the one at /graphql comes from.
      'https://sandbox.embed.apollographql.com',
      'http://localhost:5173',
      'http://127.0.0.1:8080',
      'http://[::1]:3000',
      'https://localhost',
    ]) {
      expect(allowed(await preflight(url, origin))).toBe(origin);
      expect(allowed(await post(url, origin))).toBe(origin);
    }
    for (const origin of [
      STRANGER,
      'http://localhost.stranger.example',
      'http://stranger.example:5173#localhost',
      'http://localhost:5173.stranger.example',
      'http://127.0.0.1.stranger.example',
      'null',
    ]) {
      expect(allowed(await preflight(url, origin))).toBeNull();
      expect(allowed(await post(url, origin))).toBeNull();
    }
  }, 60_000);

  test("each origin that is refused is logged once with the name of the setting: a stranger's leaves that of a page of ours to be told", async () => {
    const server = await startProcess({ ...PRODUCTION, CORS_ORIGINS: SHOP });
    const url = `${server.url}/graphql`;
    const refusals = () => server.logs.filter(({ msg }) => msg.includes('CORS_ORIGINS'));
    // None of these is refused: the server's own page, by its address or behind a proxy, one of the list, and who is no page.
    await post(url, server.url);
    await fetch(url, { method: 'POST', headers: { origin: 'https://sms.example', 'sec-fetch-site': 'same-origin' } });
    await post(url, SHOP);
    await fetch(url, { method: 'POST' });
    expect(refusals()).toEqual([]);

    await preflight(url, STRANGER);
    await post(url, 'https://other.example');
    await post(url, STRANGER);
    // Its log is complete once it is gone.
    server.kill('SIGTERM');
    await server.exited;
    expect(refusals()).toMatchObject([
      { level: 40, origin: STRANGER },
      { level: 40, origin: 'https://other.example' },
    ]);
  }, 60_000);

  describe('the log of origins that are refused', () => {
    let lines: { origin: string }[];
    let now: number;
    let ask: (origin: string) => boolean;
    beforeEach(() => {
      lines = [];
      now = 0;
      const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
      const allowOrigin = crossOrigin({ origins: [SHOP], development: false, log, stopwatch: () => now });
      ask = (origin) => {
        const request = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', headers: { origin } });
        let asked = false;
        allowOrigin(request, new ServerResponse(request), () => {
          asked = true;
        });
        return asked;
      };
    });

    test('has up to 200 characters of each: whoever asks chooses it', () => {
      const origin = `https://${'x'.repeat(5_000)}.example`;
      // It is answered nevertheless: what a browser shows of it is the browser's part.
      expect([ask(origin), lines.map((line) => line.origin)]).toEqual([true, [origin.slice(0, 200)]]);
    });

    test('has ten in an hour, and an hour later those that ask then', () => {
      for (let i = 0; i < 50; i++) ask(`https://stranger${i}.example`);
      ask(STRANGER);
      expect(lines).toHaveLength(10);
      now = 3_599_999;
      ask(STRANGER);
      expect(lines).toHaveLength(10);
      now = 3_600_000;
      ask(STRANGER);
      ask(STRANGER);
      expect(lines.slice(10)).toMatchObject([{ origin: STRANGER }]);
    });
  });
});
