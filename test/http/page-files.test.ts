import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePage } from '../harness/built-page';
import { ownCompiledServer } from '../harness/compiled-server';
import { ServerProcess } from '../harness/server-process';

describe('A page that is built anew in place, under a running server', () => {
  test('a file that is gone breaks off its own answer, and nothing else', async () => {
    ensurePage();
    const { folder, main } = ownCompiledServer();
    const server = await new ServerProcess({}, main).ready();
    const assets = join(folder, 'dist/web/assets');
    const [asset] = readdirSync(assets);
    const path = `${server.url}/assets/${asset}`;
    expect((await fetch(path)).status).toBe(200);

    rmSync(assets, { recursive: true });
    await expect(fetch(path).then((response) => response.text())).rejects.toThrow();

    expect((await fetch(server.url)).status).toBe(200);
    expect(server.alive).toBe(true);
    await server.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);
});
