import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../../..');
/** What the page is made of. */
const SOURCES = ['web', 'packages/client/src'].map((folder) => join(ROOT, folder));
const BUILT = join(ROOT, 'dist/web/index.html');

/** Runs vite, which is loaded in a process of its own: it is an ES module. */
export function vite(args: readonly string[], environment: Readonly<Record<string, string>> = {}): void {
  execFileSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), ...args, '--logLevel', 'warn'], {
    cwd: ROOT,
    env: { ...process.env, ...environment, NODE_ENV: 'production' },
  });
}

/** Builds the page into dist/web if its source is newer than what stands there. */
export function buildPage(): void {
  const builtAt = existsSync(BUILT) ? statSync(BUILT).mtimeMs : 0;
  const sources = SOURCES.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  if (sources.some((file) => statSync(file).mtimeMs > builtAt)) vite(['build', 'web']);
}
