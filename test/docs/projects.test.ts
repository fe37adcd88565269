import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = join(__dirname, '../..');
const PROJECTS = ['unit', 'integration', 'browser', 'faults', 'hostile'];

const filesOf = (project: string): string[] =>
  execFileSync(process.execPath, ['node_modules/jest/bin/jest.js', '--listTests', '--selectProjects', project], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .split('\n')
    .filter((line) => line.endsWith('.test.ts'))
    .map((file) => relative(ROOT, file));

/** What a file imports to run it, itself included: paths within the repository, and names of modules. */
function reached(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const [, names = '', from = ''] of readFileSync(file, 'utf8').matchAll(/^import ([^;]*?) ?from '([^']+)';/gms)) {
    if (/^type |^\{(?:\s*type \w+,?)+\s*\}$/.test(names)) continue;
    if (!from.startsWith('.')) known.add(from);
    else {
      const path = `${resolve(dirname(file), from)}.ts`;
      if (existsSync(path)) reached(path, known);
    }
  }
  return known;
}

describe('The kinds of tests', () => {
  jest.setTimeout(60_000);

  test('hold every test once', () => {
    const all = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => join('test', file));
    expect(PROJECTS.flatMap(filesOf).sort()).toEqual(all.sort());
  });

  test('unit tests start no Redis, no browser and no other process', () => {
    const files = filesOf('unit');
    expect(files.length).toBeGreaterThan(20);
    const heavy = files.flatMap((file) =>
      [...reached(join(ROOT, file))]
        .map((path) => relative(ROOT, path).replace(/^(\.\.\/)+/, ''))
        .filter((path) => /harness\/(redis-|server-process|compiled-server)|playwright|child_process/.test(path))
        .map((path) => `${file} reaches ${path}`),
    );
    expect(heavy).toEqual([]);
  });
});
