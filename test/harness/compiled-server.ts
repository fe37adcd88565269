import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/server-under-test');

/**
 * Path of a main.js as the build makes it and as it is shipped, with the fonts and the built page in their places. Built once for each
 * state of its sources, whichever test comes first.
 */
export function compiledServer(): string {
  const sources = ['src', 'web/explorer']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  const page = join(ROOT, 'dist/web/index.html');
  for (const file of [
    join(ROOT, 'tsconfig.json'),
    join(ROOT, 'package.json'),
    ...(existsSync(page) ? [page] : []),
    ...sources,
  ])
    hash.update(file).update('\0').update(readFileSync(file));
  const target = join(CACHE, hash.digest('hex').slice(0, 16));
  if (!existsSync(target)) build(target);
  return join(target, 'dist/main.js');
}

/** A copy of it with files of its own, which a test may take away. Its folder is for the test to remove. */
export function ownCompiledServer(): { folder: string; main: string } {
  const shared = dirname(dirname(compiledServer()));
  const folder = mkdtempSync(join(CACHE, 'own-'));
  cpSync(shared, folder, { recursive: true });
  return { folder, main: join(folder, 'dist/main.js') };
}

function build(target: string): void {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'new-'));
  // In a process of its own: esbuild refuses a world whose Uint8Array is not the one it was loaded with, such as Jest's.
  const script = 'require("./tools/build-server").buildServer(process.argv[1])';
  execFileSync(process.execPath, ['-e', script, join(folder, 'dist')], { cwd: ROOT });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'fonts'), join(folder, 'fonts'));
  if (existsSync(join(ROOT, 'dist/web'))) cpSync(join(ROOT, 'dist/web'), join(folder, 'dist/web'), { recursive: true });
  try {
    renameSync(folder, target);
  } catch (error) {
    // Another worker was faster, with the same.
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}
