import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '../harness/wait-until';

const ROOT = join(__dirname, '../..');
const PARTS = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'fonts', 'src', 'tools', 'web', 'packages'];

describe('npm start', () => {
  /** A working copy as it is before its first build, whatever was built in this one. */
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
    for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('given nothing built, then it builds server and page; when npm is told to end, then the server ends in good order', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    try {
      let output = '';
      npm.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      await waitUntil('the server is ready', () => output.includes('Ready: '), 100_000);
      expect(existsSync(join(folder, 'dist/web/index.html'))).toBe(true);
      const port = /Ready: http:\/\/localhost:(\d+)\//.exec(output)?.[1];
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);

      npm.kill('SIGTERM');
      // Not before the server itself has closed its end of the pipe.
      await once(npm, 'close');
      expect(output).toContain('Stopping');
    } finally {
      // The group, with a server that outlived npm; nobody is left where all went well.
      try {
        process.kill(-(npm.pid ?? 0), 'SIGKILL');
      } catch {}
    }
  }, 120_000);
});
