import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md'],
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const sources = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('test', file));
const tests = sources.filter((file) => file.endsWith('.test.ts'));

/** What the suites and tests of some files are called; a suite that several adapters share stands in a file beside theirs. */
const titles = (path: string): string =>
  sources
    .filter((file) => file.startsWith(path))
    .flatMap((file) => [...read(file).matchAll(/\b(?:describe|test|it)\w*(?:\.each)?\b[^'"`\n]*\n?\s*(['"`])(.*?)\1/g)])
    .map(([, , title]) => title)
    .join('\n');

/** `npx jest` as a document has it, in a sentence or a block: the paths, and what `-t` asks for. */
function jestCommands(text: string): { command: string; paths: string[]; pattern: string | undefined }[] {
  return [...text.matchAll(/npx jest([^`\n#]*)/g)].map(([command, rest = '']) => ({
    command,
    paths: rest
      .replace(/ -t .*/, '')
      .trim()
      .split(/\s+/)
      .filter(Boolean),
    pattern: / -t ["']?([^"']+?)["']?\s*$/.exec(rest)?.[1],
  }));
}

/** What is wrong with a command, or nothing. */
function faultsOf(text: string): string[] {
  return jestCommands(text).flatMap(({ command, paths, pattern }) => {
    const missing = paths.filter((path) => !tests.some((file) => file.startsWith(path)));
    if (missing.length > 0) return [`${command}: no test at ${missing.join(' ')}`];
    if (pattern !== undefined && !paths.some((path) => new RegExp(pattern, 'i').test(titles(path))))
      return [`${command}: no test is called that`];
    return [];
  });
}

const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

describe.each(DOCUMENTS)('%s', (file) => {
  const text = read(file);

  test('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target);
    const missing = targets
      .filter((target) => !target.startsWith('https://'))
      .filter((target) => !existsSync(join(ROOT, dirname(file), target)));
    expect(missing).toEqual([]);
  });

  test('names tests and scripts that are there', () => {
    expect(faultsOf(text)).toEqual([]);
    const runs = [...text.matchAll(/npm run (\w[\w:-]*)/g)].map(([, script = '']) => script);
    expect(runs.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('names alerts that are there', () => {
    const rules = read('deploy/prometheus-alerts.yml');
    const alerts = [...text.matchAll(/\bSms[A-Z]\w+/g)].map(([name]) => name);
    expect(alerts.filter((name) => !rules.includes(`alert: ${name}\n`))).toEqual([]);
  });
});

test('A command that runs no test is noticed', () => {
  expect(faultsOf('run `npx jest test/nowhere`')).toHaveLength(1);
  expect(faultsOf('    npx jest test/docs test/nowhere  # both')).toHaveLength(1);
  expect(faultsOf('`npx jest test/docs -t "command that runs no"`')).toEqual([]);
  expect(faultsOf('`npx jest test/docs -t unheard-of`')).toHaveLength(1);
});
