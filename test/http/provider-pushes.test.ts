import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { createBoundedServer } from '../../src/http/http-server';
import { createMonitoringHandler } from '../../src/http/monitoring-endpoints';
import { MAX_PUSH_BYTES, ProviderPushes } from '../../src/http/provider-pushes';
import { jsonAnswer, type ProviderPush, type PushHandler } from '../../src/sms/provider-push';
import { StoreUnavailableError } from '../../src/store/store';

const OLD = 'b1946ac92492d2347c6235b4d2611184';
const NEW = 'Zm9vYmFyYmF6cXV4Zm9vYmFy_-';

describe('Pushes of providers', () => {
  let server: Server;
  let url: string;
  const lines: string[] = [];
  const pushes: ProviderPush[] = [];
  let deal: PushHandler;

  beforeAll(async () => {
    const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    const provider = { aliyun: (push: ProviderPush) => deal(push) };
    const dependencies = {
      secrets: [OLD, NEW],
      handlers: { receipts: provider, inbound: provider },
      log,
      stopwatch: () => 0,
    };
    const monitoring = { ready: async () => true, log };
    server = createBoundedServer(createMonitoringHandler(monitoring, new ProviderPushes(dependencies)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  beforeEach(() => {
    pushes.length = 0;
    deal = async (push) => {
      pushes.push(push);
      return jsonAnswer(200, { code: 0 });
    };
  });

  const post = (path: string, body = '[]', init: RequestInit = {}) =>
    fetch(url + path, { method: 'POST', body, ...init });

  test.each([
    ['either secret', `/receipts/${OLD}/aliyun?smsId=1`],
    ['the other secret', `/receipts/${NEW}/aliyun?smsId=1`],
    ['another kind of push', `/inbound/${NEW}/aliyun?smsId=1`],
  ])('%s: the provider’s handler gets the push as it came, and gives the answer', async (_, path) => {
    const response = await post(path, '["Grüße"]', { headers: { 'x-signature': 's' } });
    expect([response.status, await response.text()]).toEqual([200, '{"code":0}']);
    expect(pushes).toHaveLength(1);
    expect(pushes[0]).toMatchObject({ target: path, body: '["Grüße"]', headers: { 'x-signature': 's' } });
    expect(pushes[0]?.query.get('smsId')).toBe('1');
  });

  test.each([
    ['no secret', '/receipts/aliyun'],
    ['an empty one', '/receipts//aliyun'],
    ['a wrong one', `/receipts/${OLD.replace('b', 'c')}/aliyun`],
    ['half of one', `/receipts/${OLD.slice(0, 16)}/aliyun`],
    ['both', `/receipts/${OLD},${NEW}/aliyun`],
    ['upper case', `/receipts/${OLD.toUpperCase()}/aliyun`],
    ['a provider that is not set up', `/receipts/${OLD}/tencent`],
    ['a provider that every object has', `/receipts/${OLD}/constructor`],
    ['a kind that every object has', `/constructor/${OLD}/aliyun`],
    ['a kind that there is not', `/elsewhere/${OLD}/aliyun`],
    ['more behind it', `/receipts/${OLD}/aliyun/`],
  ])('%s: as if there were nothing at all', async (_, path) => {
    const [nothing, answered] = await Promise.all([post('/nothing'), post(path)]);
    const seen = async (response: Response) => [response.status, await response.text(), [...response.headers.keys()]];
    expect(await seen(answered)).toEqual(await seen(nothing));
    expect(answered.status).toBe(404);
    expect(pushes).toEqual([]);
  });

  test('a GET is told to be a POST, by who knows the secret', async () => {
    const response = await fetch(`${url}/receipts/${OLD}/aliyun`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a body of 128 KB is read, a larger one is not, whether its length is told or not', async () => {
    const path = `/receipts/${OLD}/aliyun`;
    expect((await post(path, ' '.repeat(MAX_PUSH_BYTES))).status).toBe(200);
    expect((await post(path, ' '.repeat(MAX_PUSH_BYTES + 1))).status).toBe(413);
    expect((await post(path, ' '.repeat(2 ** 20))).status).toBe(413);
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n100000\r\n${' '.repeat(2 ** 18)}`,
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 [\s\S]*connection: close/i);
    socket.destroy();
    expect(pushes).toHaveLength(1);
  });

  test('where the store fails the provider is told to come again', async () => {
    deal = async () => {
      throw new StoreUnavailableError('gone');
    };
    const response = await post(`/receipts/${OLD}/aliyun`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.text()).toContain('"message":"The store could not be reached."');
  });

  test('of many at once so many are dealt with, and the others are told to come again', async () => {
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let dealing = 0;
    deal = async () => {
      dealing += 1;
      await held;
      return jsonAnswer(200, {});
    };
    const path = `/receipts/${OLD}/aliyun`;
    const first = Array.from({ length: 64 }, () => post(path));
    while (dealing < 64) await new Promise((resolve) => setTimeout(resolve, 5));
    const refused = await post(path);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.text()).toContain('"message":"Too many at once."');
    // What is left of its body is not waited for.
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n[`);
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 503 [\s\S]*connection: close/i);
    socket.destroy();
    finish();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array(64).fill(200));
    expect((await post(path)).status).toBe(200);
  });

  test('a fault of this server is a 500 that tells nothing, and no line of the log has a secret', async () => {
    deal = async () => {
      throw new Error('a bug');
    };
    const response = await post(`/receipts/${OLD}/aliyun`);
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining('Internal server error')]);
    const faults = lines.filter((line) => line.includes('a bug'));
    expect(faults.map((line) => JSON.parse(line).level)).toEqual([50]);
    for (const secret of [OLD, NEW]) expect(lines.join('')).not.toContain(secret);
  });
});
