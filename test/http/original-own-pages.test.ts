import { randomUUID } from 'node:crypto';
import { OriginalPage } from '../harness/original-page';
import { type ServerProcess, startServer } from '../harness/server-process';
import { get, open, statuses, untilClosed } from '../hostile/support/raw-client';

const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console', ORIGINAL_API: 'table' };

/** Over plain http:// a browser tells of the page that asks by its Referer alone, and of the server by its Host, which is `x` here. */
describe('A picture of the original interface, asked for over plain http', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ ...PRODUCTION, CORS_ORIGINS: 'https://shop.example' });
  }, 60_000);
  afterAll(() => server?.stop());

  test.each([
    ['http://x/register/', 200],
    ['https://x/register/', 200],
    ['https://shop.example/', 200],
    ['http://x.stranger.example/', 403],
    ['http://stranger.example/x', 403],
    ['http://stranger.example/?http://x/', 403],
    ['http://x@stranger.example/', 403],
    ['http://x:8080/', 403],
    ['http://xx/', 403],
    ['http://shop.example/', 403],
    ['https://shop.example.stranger.example/', 403],
  ])('by a page at %s: %d', async (referer, status) => {
    const socket = await open(server.port);
    const closed = untilClosed(socket, 20_000);
    socket.write(get(`/image_codes/${randomUUID()}/`, `referer: ${referer}\r\nconnection: close\r\n`));
    expect(statuses((await closed) ?? '')).toEqual([status]);
  });
});

test('given CORS_ORIGINS=*, then pages of any origin are answered, and no browser sends cookies along', async () => {
  const server = await startServer({ ...PRODUCTION, CORS_ORIGINS: '*' });
  const page = new OriginalPage(server.url, { 'sec-fetch-site': 'cross-site', origin: 'https://stranger.example' });
  const { status, headers } = await page.picture();
  expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  expect(await page.send('13800138000', 'HAPPY', randomUUID())).toMatchObject({ status: 200, body: { code: 400 } });
  await server.stop();
}, 60_000);
