import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { brandColours } from '../../src/http/brand-colours';
import { ConfirmPage, type ConfirmPageOptions } from '../../src/http/confirm-page';
import type { LogLine } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

const SHOP = 'https://shop.example';

/** The page on its own, from a folder that is built as small as it may be. */
describe('The page as a server is set up', () => {
  let folder: string;
  const servers: Server[] = [];
  const logs: LogLine[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'confirm-page-'));
    writeFileSync(join(folder, 'index.html'), '<html><head></head><body></body></html>');
    writeFileSync(join(folder, 'return-refused.html'), 'This link was refused');
  });
  beforeEach(() => {
    logs.length = 0;
  });
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true });
  });

  /** Where it is served. */
  async function serve(options: Partial<ConfirmPageOptions> = {}): Promise<string> {
    const log = pino({ base: undefined }, { write: (line: string) => void logs.push(JSON.parse(line)) });
    const unset = { name: undefined, logoFile: undefined, colour: undefined, privacyUrl: undefined };
    const page = new ConfirmPage({
      root: folder,
      settings: {},
      returnOrigins: [SHOP],
      ...unset,
      log,
      ...{ stopwatch: () => 0, ...options },
    });
    const server = createServer((request, response) => {
      const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
      if (!page.answer(path, query, request, response)) response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const configIn = (html: string) => JSON.parse(/id="page-config">(.*?)<\/script>/s.exec(html)?.[1] ?? '');

  test.each([
    ['.svg', 'image/svg+xml'],
    ['.png', 'image/png'],
    ['.webp', 'image/webp'],
    ['.jpg', 'image/jpeg'],
  ])('given a logo that ends with %s, then the page names it, and it is sent as %s', async (end, type) => {
    const logoFile = join(tmpdir(), `confirm-page-logo-${process.pid}${end}`);
    writeFileSync(logoFile, 'a picture');
    const url = await serve({ logoFile }).finally(() => rmSync(logoFile));
    const { logo } = configIn(await (await fetch(url)).text()).brand;
    const response = await fetch(url + logo);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.text()).toBe('a picture');
    // Another one may stand at the same address after the next start.
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('given a logo that is text, then it is sent compressed, as the files of the page are', async () => {
    const logoFile = join(tmpdir(), `confirm-page-text-${process.pid}.svg`);
    writeFileSync(logoFile, `<svg>${'<path/>'.repeat(1_000)}</svg>`);
    const url = await serve({ logoFile }).finally(() => rmSync(logoFile));
    const headers = async () => (await fetch(`${url}/logo.svg`)).headers;
    await waitUntil('it is compressed', async () => (await headers()).has('content-encoding'));
    expect((await headers()).get('vary')).toMatch(/accept-encoding/i);
  });

  test('given a file that compression makes no smaller, then it is sent as it is', async () => {
    for (const end of ['', '.br', '.gz']) writeFileSync(join(folder, `small.txt${end}`), `x${end}`);
    const response = await fetch(`${await serve()}/small.txt`, { headers: { 'accept-encoding': 'br, gzip' } });
    expect([response.headers.get('content-encoding'), await response.text()]).toEqual([null, 'x']);
  });

  test('given a name, a colour and an address, then the page is told of them, and of nothing where nothing is set', async () => {
    const brandAt = async (url: string) => configIn(await (await fetch(url)).text()).brand;
    const privacyUrl = 'https://shop.example/privacy';
    expect(await brandAt(await serve({ name: '美多商城', colour: '#ffd400', privacyUrl }))).toEqual({
      ...{ name: '美多商城', privacyUrl },
      colours: brandColours('#ffd400'),
    });
    expect(await brandAt(await serve())).toEqual({});
  });

  test('given a link without a state, then the page is told of none, and of an empty one where it is empty', async () => {
    const url = await serve();
    for (const [query, state] of [
      ['', null],
      ['&state=', ''],
      ['&state=1', '1'],
    ] as const) {
      const { handOver } = configIn(await (await fetch(`${url}/?return=${SHOP}/${query}`)).text());
      expect(handOver).toEqual({ url: `${SHOP}/`, state });
    }
  });

  test('given links to strangers, then a line is written for each, with no more of an origin than people read', async () => {
    const url = await serve();
    const stranger = `https://${'x'.repeat(5_000)}.example`;
    for (const origin of [stranger, 'https://stranger.example', stranger]) {
      expect((await fetch(`${url}/?return=${origin}/`)).status).toBe(400);
    }
    expect(logs).toMatchObject([
      { level: 40, origin: stranger.slice(0, 200) },
      { level: 40, origin: 'https://stranger.example' },
    ]);
  });

  test('the words of a refusal stand at no address of their own', async () => {
    const url = await serve();
    expect((await fetch(`${url}/return-refused.html`)).status).toBe(404);
  });

  test('for one visitor and for all: its address goes nowhere, and nobody guesses another type', async () => {
    const url = await serve();
    for (const query of ['', `?return=${SHOP}/`, '?return=x']) {
      const { headers } = await fetch(`${url}/${query}`);
      expect([query, headers.get('referrer-policy')]).toEqual([query, 'no-referrer']);
      expect([query, headers.get('x-content-type-options')]).toEqual([query, 'nosniff']);
    }
  });
});
