import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { ensurePage } from '../harness/built-page';
import { ownCompiledServer } from '../harness/compiled-server';
import { ServerProcess } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

interface Answer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: Buffer;
}

/** Less than any compression makes of it. */
const FEW_BYTES = 'ok\n';

describe('The files of the page', () => {
  let server: ServerProcess;
  let folder: string;
  let script: string;
  let original: Buffer;

  beforeAll(async () => {
    ensurePage();
    const own = ownCompiledServer();
    folder = own.folder;
    const assets = join(folder, 'dist/web/assets');
    const name = readdirSync(assets).find((file) => file.endsWith('.js'));
    script = `/assets/${name}`;
    original = readFileSync(join(assets, String(name)));
    writeFileSync(join(folder, 'dist/web/few.txt'), FEW_BYTES);
    server = await new ServerProcess({}, own.main).ready();
    // What no build compressed is compressed while the server runs already.
    const isCompressed = async (path: string) =>
      (await get('br', {}, 'GET', path)).headers['content-encoding'] === 'br';
    for (const path of [script, '/']) await waitUntil(`${path} is compressed`, () => isCompressed(path));
  }, 60_000);

  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As it comes over the wire: fetch would decompress it. */
  function get(acceptEncoding?: string, headers: object = {}, method = 'GET', path = script): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const all = { ...headers, ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }) };
      const call = request(`${server.url}${path}`, { method, headers: all }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      call.on('error', reject).end();
    });
  }

  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['br;q=0.1, gzip', 'br'],
    ['*', 'br'],
    ['gzip', 'gzip'],
    ['GZIP, br;q=0', 'gzip'],
    ['identity', undefined],
    ['deflate', undefined],
    ['', undefined],
    ['br;q=0, gzip;q=0, identity;q=0', undefined],
    [undefined, undefined],
    [',;=;q=,,', undefined],
    [`${'deflate,'.repeat(120)}br`, 'br'],
    [`${'deflate,'.repeat(125)}br`, undefined],
  ])('for Accept-Encoding %s it is sent as %s, and is what was built', async (accepted, encoding) => {
    const { status, headers, body } = await get(accepted);
    expect(status).toBe(200);
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers.vary).toMatch(/accept-encoding/i);
    const plain = encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
    expect(plain.equals(original)).toBe(true);
    if (encoding) expect(body.length).toBeLessThan(original.length / 2);
  });

  test('one that compression would make longer is sent as it is', async () => {
    for (const accepted of ['br', 'gzip', 'gzip, br']) {
      const { headers, body } = await get(accepted, {}, 'GET', '/few.txt');
      expect(headers['content-encoding']).toBeUndefined();
      expect(body.toString()).toBe(FEW_BYTES);
    }
  });

  test('each encoding has an entity tag of its own, by which it is not sent twice', async () => {
    const tags = await Promise.all(['br', 'gzip', 'identity'].map(async (each) => (await get(each)).headers.etag));
    expect(new Set(tags).size).toBe(3);
    const [tag] = tags;
    for (const held of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
      const { status, headers, body } = await get('br', { 'if-none-match': held });
      expect([held, status, body.length]).toEqual([held, 304, 0]);
      expect(headers).toMatchObject({ etag: tag, vary: 'accept-encoding' });
      expect(headers['cache-control']).toContain('immutable');
    }
    for (const other of ['"x"', tags[1], 'garbage', '']) {
      expect((await get('br', { 'if-none-match': other })).status).toBe(200);
    }
  });

  test('HEAD tells the same and sends nothing', async () => {
    const { headers } = await get('br');
    const head = await get('br', {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(head.headers).toMatchObject({ etag: headers.etag, 'content-length': headers['content-length'] });
  });

  test('the page itself is asked for each time, at both of its names', async () => {
    for (const path of ['/', '/index.html']) {
      const { status, headers } = await get('br', {}, 'GET', path);
      expect([status, headers['cache-control']]).toEqual([200, 'no-cache']);
      expect((await get('br', { 'if-none-match': headers.etag }, 'GET', path)).status).toBe(304);
    }
  });

  test('a page that is built anew in place, under a running server, changes nothing until the next start', async () => {
    rmSync(join(folder, 'dist/web'), { recursive: true });
    expect((await get('identity')).body.equals(original)).toBe(true);
    expect((await get('br', {}, 'GET', '/')).status).toBe(200);
  });
});
