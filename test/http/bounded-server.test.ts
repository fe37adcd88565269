import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBoundedServer } from '../../src/http/http-server';
import { sendError, sendJson } from '../../src/http/json-answer';
import { BodyError, hasBody, MAX_BODY_BYTES, readJson } from '../../src/http/request-body';
import { waitUntil } from '../harness/wait-until';
import { get, open, postJson, statuses, untilClosed } from '../hostile/support/raw-client';

const CLOSE = 'connection: close\r\n';
const CHUNKED = `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n${CLOSE}\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const WITHIN_MS = 20_000;

/** What test/http/bounds.test.ts asks of the whole server, of its parts alone: the one that listens, and the one that reads bodies. */
describe('A bounded server', () => {
  let server: Server;
  let port = 0;
  /** Answers that wait until the test lets them go. */
  const held: ServerResponse[] = [];
  let requests = 0;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    requests = 0;
    server = createBoundedServer((request, response) => {
      requests += 1;
      if (request.url === '/hold') return void held.push(response);
      if (request.method === 'GET') return sendJson(response, 200, { hasBody: hasBody(request) });
      readJson(request, response).then(
        (body) => sendJson(response, 200, { body: body ?? 'undefined' }),
        (error: BodyError) => {
          response.setHeader('connection', 'close');
          sendError(response, error.status, 'BAD_REQUEST', error.message);
        },
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    held.length = 0;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  /** All that comes back for these bytes until the connection is closed. */
  async function closed(...parts: string[]): Promise<string> {
    const socket = await open(port);
    sockets.push(socket);
    const answer = untilClosed(socket, WITHIN_MS);
    for (const part of parts) socket.write(part);
    const text = await answer;
    if (text === undefined) throw new Error('The connection stayed open');
    return text;
  }
  const bodyOf = (text: string) => JSON.parse(text.split('\r\n\r\n').at(-1) ?? '');

  test('gives headers 5 s and a whole request 10 s, and looks every second', () => {
    const { headersTimeout, requestTimeout } = server;
    expect({ headersTimeout, requestTimeout }).toEqual({ headersTimeout: 5_000, requestTimeout: 10_000 });
  });

  describe('reads a body', () => {
    test.each([
      ['of JSON', postJson('{"a":1}', CLOSE), { a: 1 }],
      ['in chunks', `${CHUNKED}${chunk('{"a":')}${chunk('[1,2]}')}0\r\n\r\n`, { a: [1, 2] }],
      [
        'of the very length that is allowed',
        postJson(`"${'x'.repeat(MAX_BODY_BYTES - 2)}"`, CLOSE),
        'x'.repeat(MAX_BODY_BYTES - 2),
      ],
      ['whose type has parameters', postJson('1', CLOSE).replace('/json', '/json; charset=utf-8'), 1],
      ['whose type is written large', postJson('1', CLOSE).replace('application/json', 'Application/JSON'), 1],
      ['that is said not to be encoded', postJson('1', `content-encoding: identity\r\n${CLOSE}`), 1],
    ])('%s', async (_, bytes, body) => {
      const text = await closed(bytes);
      expect(statuses(text)).toEqual([200]);
      expect(bodyOf(text)).toEqual({ body });
    });

    test.each(['text/plain', 'application/jsonp', 'multipart/form-data', 'x application/json', 'xapplication/json'])(
      'of type %s, and takes it for none',
      async (type) => {
        const text = await closed(postJson('{"a":1}', CLOSE).replace('application/json', type));
        expect(bodyOf(text)).toEqual({ body: 'undefined' });
      },
    );

    test('of a character that two chunks share', async () => {
      const socket = await open(port);
      sockets.push(socket);
      const answer = untilClosed(socket, WITHIN_MS);
      const bytes = Buffer.from('"短信"');
      socket.write(CHUNKED);
      for (const byte of bytes)
        socket.write(Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]));
      socket.write('0\r\n\r\n');
      const text = Buffer.from((await answer) ?? '', 'latin1').toString();
      expect(bodyOf(text)).toEqual({ body: '短信' });
    });

    test('once a client that asks first was told to go on', async () => {
      const socket = await open(port);
      sockets.push(socket);
      const answer = untilClosed(socket, WITHIN_MS);
      socket.once('data', () => socket.write('"go"'));
      socket.write(postJson('"go"', `expect: 100-continue\r\n${CLOSE}`).slice(0, -4));
      const text = (await answer) ?? '';
      expect(statuses(text)).toEqual([100, 200]);
      expect(bodyOf(text)).toEqual({ body: 'go' });
    });
  });

  describe('refuses a body', () => {
    const large = 'x'.repeat(9_000);
    test.each([
      ['that is announced too long', 413, postJson('', '').replace('length: 0', `length: ${MAX_BODY_BYTES + 1}`)],
      ['whose chunks are too long together', 413, CHUNKED + chunk(large) + chunk(large)],
      ['that is one byte too long in chunks', 413, CHUNKED + chunk('x'.repeat(MAX_BODY_BYTES)) + chunk('x')],
      ['that is compressed', 415, postJson('1', 'content-encoding: gzip\r\n')],
      ['that is no JSON', 400, postJson('{')],
      ['that is empty', 400, postJson('')],
    ])('%s', async (_, status, bytes) => {
      const text = await closed(bytes);
      expect(statuses(text)).toEqual([status]);
      expect(bodyOf(text)).toEqual({
        errors: [{ message: expect.stringMatching(/\w\.$/), extensions: { code: 'BAD_REQUEST' } }],
      });
    });

    test('too long before it is told to go on', async () => {
      const text = await closed(postJson('', 'expect: 100-continue\r\n').replace('length: 0', 'length: 99999'));
      expect(statuses(text)).toEqual([413]);
    });

    test('for an expectation that nobody meets, before anybody sees the request', async () => {
      const text = await closed(postJson('1', 'expect: tea\r\n'));
      expect(statuses(text)).toEqual([417]);
      expect(bodyOf(text).errors).toEqual([
        { message: expect.stringContaining('100-continue'), extensions: { code: 'BAD_REQUEST' } },
      ]);
      expect(requests).toBe(0);
    });
  });

  test.each([
    ['no body', get('/', CLOSE), false],
    ['a length of 0', get('/', `content-length: 0\r\n${CLOSE}`), false],
    ['a length', get('/', `content-length: 1\r\n${CLOSE}`), true],
    ['chunks', get('/', `transfer-encoding: chunked\r\n${CLOSE}`), true],
  ])('sees whether a request announces %s', async (_, bytes, expected) => {
    expect(bodyOf(await closed(bytes))).toEqual({ hasBody: expected });
  });

  test.each([
    ['garbage', 400, 'Bad Request', '\u0016\u0003\u0001 garbage\r\n\r\n'],
    ['headers of 20 KB', 431, 'Request Header Fields Too Large', get('/', `x: ${'y'.repeat(20_000)}\r\n`)],
    ['endless chunk extensions', 413, 'Payload Too Large', `${CHUNKED}1;${'x'.repeat(20_000)}`],
  ])('answers %s in the shape of all errors, and closes', async (_, status, reason, bytes) => {
    const text = await closed(bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} ${reason}\r\n`));
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain('\r\ncache-control: no-store');
    expect(head).toContain('\r\nx-content-type-options: nosniff');
    expect(head).toContain('\r\nconnection: close');
    expect(head).toContain('\r\ncontent-type: application/json; charset=utf-8');
    expect(head).toContain(`\r\ncontent-length: ${body.length}`);
    expect(JSON.parse(body)).toEqual({ errors: [{ message: `${reason}.`, extensions: { code: 'BAD_REQUEST' } }] });
  });

  test('answers a request that does not come to its end in the same shape, and closes', async () => {
    // What the server itself gives is 5 s.
    server.headersTimeout = 1;
    const text = await closed('GET / HTTP/1.1\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(bodyOf(text)).toEqual({ errors: [{ message: 'Request Timeout.', extensions: { code: 'BAD_REQUEST' } }] });
  });

  test('lets 16 requests of a connection wait for the answer before theirs, and cuts off who sends more', async () => {
    const socket = await open(port);
    sockets.push(socket);
    const answer = untilClosed(socket, WITHIN_MS);
    socket.write(get('/hold').repeat(17));
    await waitUntil('all of them are there', () => held.length === 17);
    for (const response of held) sendJson(response, 200, {});
    socket.write(get('/', CLOSE));
    expect(statuses((await answer) ?? '')).toEqual(Array(18).fill(200));

    held.length = 0;
    expect(statuses(await closed(get('/hold').repeat(30)))).toEqual([]);
    expect(held).toHaveLength(17);
  });

  test('counts anew once answers are out', async () => {
    const socket = await open(port);
    sockets.push(socket);
    const answer = untilClosed(socket, WITHIN_MS);
    for (let round = 1; round <= 3; round++) {
      socket.write(get('/hold').repeat(15));
      await waitUntil('all of them are there', () => held.length === 15);
      for (const response of held.splice(0)) sendJson(response, 200, {});
    }
    socket.write(get('/', CLOSE));
    expect(statuses((await answer) ?? '')).toEqual(Array(46).fill(200));
  });

  test('forgets connections that are gone', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const seen: WeakRef<Socket>[] = [];
    server.on('connection', (socket: Socket) => seen.push(new WeakRef(socket)));
    for (let n = 0; n < 20; n++) await closed(get('/', CLOSE));
    await waitUntil('nearly all are collected', async () => {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 50));
      return seen.filter((socket) => socket.deref()).length <= 2;
    });
  });

  describe('and clients that do not read', () => {
    afterEach(() => jest.useRealTimers());

    /** A connection whose answer of so many bytes nobody reads. */
    async function notReading(bytes: number): Promise<Socket> {
      const socket = await open(port);
      sockets.push(socket);
      socket.pause();
      const before = held.length;
      socket.write(get('/hold'));
      await waitUntil('it is there', () => held.length > before);
      held.at(-1)?.end(Buffer.alloc(bytes));
      return socket;
    }
    const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));

    test('cuts off who takes nothing for 10 s', async () => {
      const clock = jest.spyOn(performance, 'now');
      const began = performance.now();
      await notReading(8 * 2 ** 20);
      // Two looks of the sweeper: one that sees it first, and one when the time is over.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      expect(await connections()).toBe(1);
      clock.mockImplementation(() => began + 60_000);
      await waitUntil('it is cut off', async () => (await connections()) === 0);
      clock.mockRestore();
    });

    test('counts their 10 s anew whenever they have taken all', async () => {
      const clock = jest.spyOn(performance, 'now');
      const began = performance.now();
      const socket = await notReading(8 * 2 ** 20);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      socket.resume();
      const [answered] = [...held];
      await waitUntil('it has taken all', () => answered?.writableFinished === true);
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      clock.mockImplementation(() => began + 60_000);
      socket.pause();
      socket.write(get('/hold'));
      await waitUntil('it asked again', () => held.length === 2);
      held.at(-1)?.end(Buffer.alloc(8 * 2 ** 20));
      // Two looks of the sweeper.
      await new Promise((resolve) => setTimeout(resolve, 2_200));
      expect(await connections()).toBe(1);
      clock.mockRestore();
    });

    test('counts answers that stand behind one that is not read', async () => {
      const now = performance.now();
      // Their 10 s never pass.
      const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
      const socket = await open(port);
      sockets.push(socket);
      socket.pause();
      socket.write(get('/hold').repeat(2));
      await waitUntil('both are there', () => held.length === 2);
      held[0]?.end(Buffer.alloc(12 * 2 ** 20));
      held[1]?.end(Buffer.alloc(32 * 2 ** 20));
      await waitUntil('it is cut off', async () => (await connections()) === 0);
      clock.mockRestore();
    });

    test('cuts off the slowest at once where they hold more than 32 MB together', async () => {
      for (let n = 0; n < 5; n++) await notReading(10 * 2 ** 20);
      await waitUntil('some are cut off', async () => (await connections()) <= 3);
      expect(await connections()).toBeGreaterThan(0);
    });
  });
});
