import { randomUUID } from 'node:crypto';
import { type ServerProcess, startServer } from '../harness/server-process';
import { get, open, statuses, untilClosed } from '../hostile/support/raw-client';

/** Over plain http:// a browser tells of the page that asks by its Referer alone, and of the server by its Host, which is `x` here. */
describe('A picture of the original interface, asked for over plain http', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    const production = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };
    server = await startServer({ ...production, ORIGINAL_API: 'table', CORS_ORIGINS: 'https://shop.example' });
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
