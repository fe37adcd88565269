import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import groups from './groups.json';
import { type Mutant, report, shownChange } from './survivors';

const ROOT = join(__dirname, '../..');
const REPORTS = join(ROOT, 'reports/mutation');
const NOTICED = new Set(['Killed', 'Timeout']);
const LEFT_OUT = new Set(['Ignored', 'CompileError', 'RuntimeError']);

const USAGE = `npm run mutation [-- [GROUP or FILE...] [--since COMMIT] [--sample LINES [--seed NUMBER]]]
  Changes the source in small ways, one at a time, and tells which changes no test notices.
  Groups: ${Object.keys(groups).join(', ')}. Without any: all of them.
  --since COMMIT: only files that were changed since then.
  --sample LINES: only what changes so many lines of each group, drawn at random, and nothing that is decided once, at loading.
`;

/** Lines that a mutant can stand in: no comment, no import, no bracket alone. */
const CODE = /^(?!\/\/|\/?\*|import |export (?:interface|type) |type |readonly |[\])}])(?=.*[=(?<>]).+/;

interface Group {
  mutate: string[];
  tests: string[];
  /** Whether its survivors are listed: where not, they are shown and are no failure. */
  listed: boolean;
}
interface StrykerReport {
  files: Record<string, { source: string; mutants: StrykerMutant[] }>;
}
interface StrykerMutant {
  status: string;
  replacement?: string;
  location: Record<'start' | 'end', { line: number; column: number }>;
}

function main(args: string[]): number {
  const option = (name: string) => (args.includes(name) ? args.splice(args.indexOf(name), 2)[1] : undefined);
  const [since, sample, seed] = ['--since', '--sample', '--seed'].map(option);
  if (args.some((arg) => arg.startsWith('-'))) {
    process.stderr.write(USAGE);
    return 2;
  }
  const changed =
    since && execFileSync('git', ['diff', '--name-only', since], { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const mutants: Mutant[] = [];
  const unlisted = new Set<string>();
  let failed = false;
  for (const [name, group] of Object.entries(groups)) {
    const files = group.mutate
      .flatMap(sourcesOf)
      .filter((file) => args.length === 0 || args.includes(name) || args.includes(file))
      .filter((file) => !changed || changed.includes(file));
    if (files.length === 0) continue;
    const lines = sample === undefined ? undefined : drawn(files.flatMap(linesOf), Number(sample), Number(seed ?? 1));
    const found = mutantsOf(name, group, files, lines);
    if (found) mutants.push(...found);
    else failed = true;
    if (!group.listed) for (const file of files) unlisted.add(file);
  }
  const fresh = report(mutants, (line) => process.stdout.write(`${line}\n`));
  return failed || fresh.some(({ file }) => !unlisted.has(file)) ? 1 : 0;
}

/** As Stryker takes them: FILE:LINE-LINE. */
function linesOf(file: string): string[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  return lines.flatMap((line, i) => (CODE.test(line.trim()) ? [`${file}:${i + 1}-${i + 1}`] : []));
}

/** So many of these, the same for the same seed. */
function drawn(lines: string[], count: number, seed: number): string[] {
  const hash = (line: string) => createHash('sha256').update(`${seed} ${line}`).digest('hex');
  return lines
    .map((line) => [hash(line), line] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, count)
    .map(([, line]) => line);
}

/** The file itself, or every one in a folder. */
function sourcesOf(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  const files = readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.ts')).map((file) => join(path, file));
}

/** Has Stryker try all mutants of these files, or of these lines of them; undefined if it could not. */
function mutantsOf(name: string, { tests }: Group, files: string[], lines?: string[]): Mutant[] | undefined {
  const folder = join(REPORTS, lines ? `${name}-sample` : name);
  mkdirSync(folder, { recursive: true });
  const base = JSON.parse(readFileSync(join(__dirname, 'stryker.json'), 'utf8'));
  const config = join(folder, 'stryker.json');
  const json = join(folder, 'mutation.json');
  const settings = {
    mutate: lines ?? files,
    ignoreStatic: lines !== undefined,
    jsonReporter: { fileName: json },
    htmlReporter: { fileName: join(folder, 'mutation.html') },
    incrementalFile: join(folder, 'incremental.json'),
  };
  writeFileSync(config, JSON.stringify({ ...base, ...settings, tempDirName: join(folder, 'sandbox') }));
  const { status } = spawnSync('npx', ['stryker', 'run', config, ...(lines ? [] : ['--incremental'])], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, MUTATION_TESTS: tests.join(' ') },
  });
  if (status !== 0 || !existsSync(json)) return undefined;
  const { files: tried } = JSON.parse(readFileSync(json, 'utf8')) as StrykerReport;
  return Object.entries(tried).flatMap(([file, { source, mutants }]) => {
    if (!files.includes(file)) return [];
    const lines = source.split('\n');
    const offset = ({ line, column }: { line: number; column: number }) =>
      lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, column - 1);
    return mutants
      .filter(({ status: became }) => !LEFT_OUT.has(became))
      .map(({ status: became, replacement = '', location }): Mutant => {
        const [before, after] = shownChange(source, offset(location.start), offset(location.end), replacement);
        return { file, before, after, noticed: NOTICED.has(became) };
      });
  });
}

process.exitCode = main(process.argv.slice(2));
