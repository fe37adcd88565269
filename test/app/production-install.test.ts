import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** What `npm ci` runs at its end in a production environment, which left the development dependencies out. */
describe('An install that left out what the build needs', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'production-install-'));
    for (const name of ['package.json', 'tools']) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (script: string) => {
    const { HOME, PATH } = process.env;
    const env = { HOME, PATH, NODE_ENV: 'production' };
    return spawnSync('npm', ['run', '--silent', script], { cwd: folder, env, encoding: 'utf8' });
  };
  const LINE = /^Not built: esbuild, tsx, vite .* npm ci --include=dev .*\n$/;

  test('succeeds and says in one line what to do, and so does a start, which fails', () => {
    const { status, stderr } = run('prepare');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(LINE) });
    const start = run('prestart');
    expect({ status: start.status, stderr: start.stderr }).toEqual({ status: 1, stderr: expect.stringMatching(LINE) });
  });

  test('takes what was built elsewhere', () => {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'dist/main.js'), '');
    expect(run('prestart').status).toBe(0);
  });
});
