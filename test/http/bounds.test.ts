import type { Socket } from 'node:net';
import { type ServerProcess, startServer } from '../harness/server-process';
import { get, open, postJson, statuses, untilClosed } from '../hostile/support/raw-client';

const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };
const QUERY = '{"query":"{ __typename }"}';
/** Twice what the slowest may take, for a busy machine; a server that looks every half minute is still seen. */
const WITHIN_MS = 20_000;
const CHUNKED =
  'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';

describe('Bounds of HTTP', () => {
  let server: ServerProcess;
  const sockets: Socket[] = [];
  jest.setTimeout(60_000);

  beforeAll(async () => {
    server = await startServer(PRODUCTION);
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await server?.stop();
  });

  /** What comes back for these bytes until the server closes the connection, as it must: within 10 s, if nothing else ends it. */
  async function closedAfter(bytes: string): Promise<string> {
    const socket = await open(server.port);
    sockets.push(socket);
    const closed = untilClosed(socket, WITHIN_MS);
    socket.write(bytes);
    const text = await closed;
    if (text === undefined) throw new Error('The connection stayed open');
    return text;
  }

  const chunk = (size: number) => `${size.toString(16)}\r\n${' '.repeat(size)}\r\n`;

  test('a chunked body of more than 16 KB: 413 while it still comes, and the connection is closed', async () => {
    const text = await closedAfter(CHUNKED + chunk(9_000) + chunk(9_000));
    expect(statuses(text)).toEqual([413]);
    expect(text.toLowerCase()).toContain('connection: close');
  });

  test('a chunked body of 16 KB is read', async () => {
    const socket = await open(server.port);
    const rest = 16_384 - QUERY.length;
    const closed = untilClosed(socket, WITHIN_MS);
    socket.write(
      `${CHUNKED.replace('host: x', 'host: x\r\nconnection: close')}${QUERY.length.toString(16)}\r\n${QUERY}\r\n`,
    );
    socket.write(`${chunk(rest)}0\r\n\r\n`);
    expect(statuses((await closed) ?? '')).toEqual([200]);
  });

  test.each([
    ['a length that is too large', 413, postJson('').replace('content-length: 0', 'content-length: 16385')],
    ['a compressed body', 415, postJson(QUERY, 'content-encoding: gzip\r\n').slice(0, -1)],
    ['a body for a path that is not there', 404, `${CHUNKED.replace('/graphql', '/nothing')}${chunk(10)}`],
    ['a body for a page', 200, `${CHUNKED.replace('POST /graphql', 'GET /healthz')}${chunk(10)}`],
    ['a PUT with a body', 405, `${CHUNKED.replace('POST', 'PUT')}${chunk(10)}`],
  ])('%s: %d, and the connection is closed without reading on', async (_, status, bytes) => {
    const text = await closedAfter(bytes);
    expect(statuses(text)).toEqual([status]);
    // Not only some time later, when it has been idle.
    expect(text.toLowerCase()).toContain('connection: close');
  });

  test('a body that was read to its end and is refused costs nobody the connection', async () => {
    const text = await closedAfter(postJson('{') + get('/healthz', 'connection: close\r\n'));
    expect(statuses(text)).toEqual([400, 200]);
  });

  test('HTTP/1.0, which knows no Host, is answered', async () => {
    expect(statuses(await closedAfter('GET /healthz HTTP/1.0\r\n\r\n'))).toEqual([200]);
  });

  test('a client that asks first (Expect: 100-continue) is told to go on, or refused at once', async () => {
    const socket = await open(server.port);
    const closed = untilClosed(socket, WITHIN_MS);
    socket.write(postJson(QUERY, 'expect: 100-continue\r\nconnection: close\r\n').slice(0, -QUERY.length));
    setTimeout(() => socket.write(QUERY), 100);
    expect(statuses((await closed) ?? '')).toEqual([100, 200]);

    const large = postJson('', 'expect: 100-continue\r\n').replace('content-length: 0', 'content-length: 99999');
    expect(statuses(await closedAfter(large))).toEqual([413]);
    expect(statuses(await closedAfter(get('/healthz', 'expect: a cup of tea\r\n')))).toEqual([417]);
  });

  test.each([
    ['garbage', 400, '\u0016\u0003\u0001 garbage\r\n\r\n'],
    ['a length that is no number', 400, postJson('').replace('content-length: 0', 'content-length: x')],
    ['both lengths', 400, `${CHUNKED.slice(0, -2)}content-length: 3\r\n\r\n`],
    ['a broken chunk', 400, `${CHUNKED}zz\r\n`],
    ['no Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['headers of 20 KB', 431, get('/', `x: ${'y'.repeat(20_000)}\r\n`)],
    ['a thousand headers', 431, get('/', Array.from({ length: 1_500 }, (_, i) => `header-${i}: v\r\n`).join(''))],
  ])('%s: %d, and the connection is closed', async (_, status, bytes) => {
    const text = await closedAfter(bytes);
    expect(statuses(text)).toEqual([status]);
  });

  test('headers that do not end, nothing at all, a body that does not end: 408, and the connection is closed', async () => {
    const requests = ['GET / HTTP/1.1\r\nhost: x\r\n', '', postJson(QUERY).slice(0, -1)];
    const answers = await Promise.all(requests.map(closedAfter));
    expect(answers.map(statuses)).toEqual([[408], [408], [408]]);
  });

  test('every error says that nobody keeps it and nobody guesses its type', async () => {
    const requests = [
      get('/nothing', 'connection: close\r\n'),
      get('/graphql', 'connection: close\r\n'),
      postJson('{', 'connection: close\r\n'),
      postJson('{"query":"{"}', 'connection: close\r\n'),
      postJson(QUERY, 'accept: text/html\r\nconnection: close\r\n'),
      postJson(QUERY, 'content-encoding: gzip\r\n'),
      postJson(' '.repeat(20_000)),
      get('/', 'expect: x\r\n'),
      get('/', 'content-length: x\r\n'),
      'GET / HTTP/1.1\r\n\r\n',
      get('/', `x: ${'y'.repeat(20_000)}\r\n`),
      'garbage\r\n\r\n',
    ];
    for (const request of requests) {
      const text = await closedAfter(request);
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(head.toLowerCase()).toContain('cache-control: no-store');
      expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
      expect(JSON.parse(body)).toMatchObject({
        errors: [{ message: expect.any(String), extensions: { code: expect.any(String) } }],
      });
    }
  });

  test('/metrics is computed at most once a second, however many ask', async () => {
    const ask = async () => (await fetch(`${server.url}/metrics`)).text();
    const begun = performance.now();
    const asked = await Promise.all(Array.from({ length: 20 }, ask));
    const seconds = (performance.now() - begun) / 1000;
    expect(new Set(asked).size).toBeLessThanOrEqual(2 + seconds);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(asked).not.toContain(await ask());
  });
});
