import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ApiClient, IMAGE_CAPTCHA } from '../harness/api-client';
import { ensurePage } from '../harness/built-page';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { Shop } from '../harness/shop';

const ROOT = join(__dirname, '../..');
const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };

/** Sends bytes as they are and returns all that comes back until the server closes. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setEncoding('latin1').setTimeout(20_000, () => socket.destroy());
    socket.on('data', (text) => {
      answer += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

describe('Paths', () => {
  let development: ServerProcess;
  let production: ServerProcess;
  jest.setTimeout(60_000);

  beforeAll(async () => {
    ensurePage();
    [development, production] = await Promise.all([startServer(), startServer(PRODUCTION)]);
  });

  afterAll(() => Promise.all([development?.stop(), production?.stop()]));

  test('/healthz and /readyz answer, and nobody keeps what they say', async () => {
    for (const [path, body] of [
      ['/healthz', { status: 'ok' }],
      ['/readyz', { status: 'ready' }],
    ] as const) {
      const response = await fetch(production.url + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toEqual(body);
    }
  });

  test('/dev/last-sms is there in development alone', async () => {
    const path = '/dev/last-sms?mobile=13800138000';
    expect((await fetch(development.url + path)).status).toBe(404);
    const missing = await fetch(production.url + path);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ errors: [{ message: 'There is nothing here.' }] });
  });

  test.each([
    '/nothing',
    '/graphql/',
    '/GRAPHQL',
    '/.env',
    '/package.json',
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%5cpackage.json',
    '/%00',
    '/%',
    '/assets',
    '//example.com/',
    '/healthz/x',
    '/index.html/x',
  ])('GET %s: 404 in GraphQL’s shape', async (path) => {
    const answer = await raw(production.port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toContain('{"errors":[{"message":"There is nothing here.","extensions":{"code":"NOT_FOUND"}}]}');
    expect(production.alive).toBe(true);
  });

  test('a POST to the page: 404', async () => {
    expect((await fetch(production.url, { method: 'POST', body: 'x' })).status).toBe(404);
  });

  describe('the page', () => {
    test('runs nothing but its own files, in no frame, and is not sniffed', async () => {
      const response = await fetch(production.url);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/html; ?charset=utf-8$/i);
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy.split('; ').sort()).toEqual([
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "font-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "media-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
      ]);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('cache-control')).toBe('no-cache');
    });

    test('its built files are kept for ever', async () => {
      const [asset] = readdirSync(join(ROOT, 'dist/web/assets'));
      const response = await fetch(`${production.url}/assets/${asset}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    });

    test.each([
      'bytes=5-2',
      'bytes=0-0',
      'bytes=-5',
      'bytes=999999-',
      'bytes=a-b',
      'bytes=--5-3',
      'x',
      'bytes=0-1,3-2',
    ])('with Range: %s it comes whole', async (range) => {
      const whole = await (await fetch(production.url)).text();
      const response = await fetch(production.url, { headers: { range } });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(whole);
    });
  });

  test('a page of the query string, the fragment of a path or a host of any name changes nothing', async () => {
    expect((await fetch(`${production.url}/?a=1&b=%`)).status).toBe(200);
    const answer = await raw(
      production.port,
      'GET /healthz?x HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test('development says that it is development, production does not', async () => {
    const header = async (server: ServerProcess) =>
      (await new ApiClient(server.url).query('{ __typename }')).headers.get('x-development');
    expect(await header(development)).toBe('1');
    expect(await header(production)).toBeNull();
  });

  test('an absolute address, as a proxy may send it, is read as its path', async () => {
    const body = JSON.stringify({ query: IMAGE_CAPTCHA });
    const answer = await raw(
      production.port,
      `POST http://shop.example/graphql HTTP/1.1\r\nhost: shop.example\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.each([
    ['HTTP://shop.example/healthz', '{"status":"ok"}'],
    ['https://shop.example:8443/healthz?x', '{"status":"ok"}'],
    ['http://shop.example', '<div id="app">'],
  ])('%s is read as its path as well', async (address, body) => {
    const answer = await raw(
      production.port,
      `GET ${address} HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(body);
  });

  test('a query that stands behind the host alone is read as one', async () => {
    const request = 'GET http://shop.example?return=x HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n';
    expect(await raw(production.port, request)).toMatch(/^HTTP\/1\.1 400 [\s\S]*This link was refused/);
  });
});

describeWithRedis('The last code, on the page of a developer', () => {
  test('is shown to whoever knows its mobile', async () => {
    const shop = await Shop.open({ SMS_PROVIDERS: 'console' });
    const mobile = shop.newMobile();
    await shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
    const last = async (query: string) => fetch(`${shop.server.url}/dev/last-sms${query}`);
    expect(await (await last(`?mobile=${mobile}`)).json()).toEqual({
      mobile,
      code: await shop.redis.get(`sms:${mobile}`),
    });
    for (const query of ['', '?mobile=', '?mobile=13900000000', '?mobile=__proto__']) {
      expect((await last(query)).status).toBe(404);
    }
    await shop.close();
  }, 60_000);

  test('of a number abroad is shown with its plus as it is and encoded', async () => {
    const shop = await Shop.open({ SMS_PROVIDERS: 'console', SMS_COUNTRIES: 'CN,HK' });
    await shop.api().sendSmsCode({ mobile: '+85261234567', ...(await shop.seededCaptcha()) });
    for (const mobile of ['+85261234567', '%2B85261234567']) {
      expect((await fetch(`${shop.server.url}/dev/last-sms?mobile=${mobile}`)).status).toBe(200);
    }
    // A number of the mainland goes by its eleven digits, however it is asked for.
    await shop.api().sendSmsCode({ mobile: '13800138000', ...(await shop.seededCaptcha()) });
    expect((await fetch(`${shop.server.url}/dev/last-sms?mobile=%2B8613800138000`)).status).toBe(200);
    await shop.close();
  }, 60_000);
});
