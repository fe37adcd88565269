import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { ClientIds } from '../../src/http/client-address';
import { createHttpHandler, type HttpDependencies } from '../../src/http/http-handler';
import type { LogLine } from '../harness/server-process';

const fault = () => Promise.reject(new TypeError('Cannot read properties of undefined (reading 13800138000)'));

/** Whatever fails behind a path, whoever asked gets an answer, which tells nothing of why, and the log has the stack. */
describe('A fault behind a path', () => {
  let server: Server;
  let url = '';
  const logs: LogLine[] = [];
  const dependencies = {
    graphql: { handle: fault, answersGet: () => false },
    clients: new ClientIds('secret'),
    log: pino({ base: undefined }, { write: (line) => void logs.push(JSON.parse(line)) }),
    stopwatch: () => 0,
    ...{ development: true, trustProxy: 0, host: undefined, corsOrigins: [] },
    monitoring: {
      ready: fault,
      exposition: fault,
      log: pino({ base: undefined }, { write: (line) => void logs.push(JSON.parse(line)) }),
    },
    originalApi: {
      answer: (path: string, _query: string, _request: unknown, response: ServerResponse) => {
        if (path === '/image_codes/begun/') response.writeHead(200).write('half of ');
        return path.startsWith('/image_codes/') ? fault() : undefined;
      },
    },
    developer: { lastCode: () => undefined, captchaText: fault },
  } as unknown as HttpDependencies;

  beforeAll(async () => {
    server = createServer(createHttpHandler(dependencies)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    logs.length = 0;
  });

  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ x }"}' };
  test.each([
    ['/graphql', post],
    ['/image_codes/1/', {}],
    ['/dev/captcha?uuid=mine', {}],
  ])('%s: 500 in the shape of all errors, without a word of its own, kept by nobody', async (path, init) => {
    const response = await fetch(url + path, init);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      errors: [{ message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(logs).toMatchObject([{ level: 50, stack: expect.stringMatching(/^TypeError: .*\n\s+at /) }]);
  });

  test('a fault in the middle of an answer: it breaks off, and others are served', async () => {
    const begun = await fetch(`${url}/image_codes/begun/`);
    await expect(begun.text()).rejects.toThrow();
    expect(logs).toHaveLength(1);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('a client that is gone when its body is complete: nothing runs', async () => {
    let ran = 0;
    const graphql = { handle: async () => ran++, answersGet: () => false };
    const handler = createHttpHandler({ ...dependencies, graphql } as unknown as HttpDependencies);
    const other = createServer((request, response) => {
      request.once('end', () => request.socket.destroy());
      handler(request, response);
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = (other.address() as AddressInfo).port;
    await expect(fetch(`http://127.0.0.1:${port}/graphql`, post)).rejects.toThrow();
    expect(ran).toBe(0);
    other.close();
  });

  test.each(['/readyz', '/metrics'])('%s: the connection ends, and the log has the stack', async (path) => {
    await expect(fetch(url + path)).rejects.toThrow();
    expect(logs).toMatchObject([{ level: 50, stack: expect.stringMatching(/^TypeError: /) }]);
  });
});
