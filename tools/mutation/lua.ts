import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { luaMutants } from './lua-mutants';
import { type Mutant, nameOf, report, shownChange } from './survivors';
import { TestRunner } from './test-runner';

const ROOT = join(__dirname, '../..');
const LUA = 'src/store/redis/lua';
/** A copy in which scripts are changed, so that nobody commits one. Scripts are read anew for each connection. */
const COPY = join(ROOT, 'reports/mutation/lua-copy');
const RESULTS = join(ROOT, 'reports/mutation/lua.json');
const TESTS = {
  single: 'test/store/redis-store.test.ts',
  slots: 'test/store/redis-cluster-store.test.ts',
  // What the contract cannot show: the moment in which something ends, a Redis that is full, keys as others see them, the two stores' words.
  arithmetic: 'test/store/lua-arithmetic.test.ts',
  full: 'test/store/redis-full.test.ts',
  layout: 'test/store/redis-layout.test.ts',
  alike: 'test/store/allowances-alike.test.ts',
};
/** Scripts that only the store on slots runs, or runs more than the other does. */
const OF_SLOTS = ['take', 'check', 'count', 'refund_count', 'reserve_mobile', 'read_list', 'allowance_change'];

/** npm run mutation:lua [-- SCRIPT...]: the store's tests on a real Redis, against every mutant of these scripts, or of all. */
async function main(names: readonly string[]): Promise<number> {
  prepare();
  // What one night notices, the next one does too.
  fc.configureGlobal({ seed: 1 });
  const runners = Object.fromEntries(
    Object.entries(TESTS).map(([kind, file]) => [kind, new TestRunner([join(COPY, file)])]),
  ) as Record<keyof typeof TESTS, TestRunner>;
  for (const runner of Object.values(runners)) {
    const failure = await runner.firstFailure();
    if (failure) throw new Error(`Without any change a test fails: ${failure}`);
  }
  const mutants: Mutant[] = [];
  for (const file of scripts(names)) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const { from, to, replacement } of luaMutants(text)) {
      const [before, after] = shownChange(text, from, to, replacement);
      writeFileSync(join(COPY, file), text.slice(0, from) + replacement + text.slice(to));
      const failure = await firstFailure(runners, file);
      const mutant = { file, before, after, noticed: failure !== undefined };
      mutants.push(mutant);
      process.stderr.write(`${failure ? 'noticed ' : 'SURVIVED'} ${nameOf(mutant)}\n`);
      writeFileSync(RESULTS, JSON.stringify(mutants, null, 1));
    }
    writeFileSync(join(COPY, file), text);
  }
  return report(mutants, (line) => process.stdout.write(`${line}\n`)).length > 0 ? 1 : 0;
}

function prepare(): void {
  rmSync(COPY, { recursive: true, force: true });
  mkdirSync(COPY, { recursive: true });
  for (const name of ['src', 'test', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(COPY, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(COPY, 'node_modules'));
}

function scripts(names: readonly string[]): string[] {
  return [LUA, `${LUA}/include`]
    .flatMap((folder) => readdirSync(join(ROOT, folder)).map((file) => `${folder}/${file}`))
    .filter((file) => file.endsWith('.lua'))
    .filter((file) => names.length === 0 || names.some((name) => file.endsWith(`/${name}.lua`)));
}

/** The contract, of which what is included stands in scripts of both kinds; then, for what it leaves, the others. */
async function firstFailure(
  runners: Record<keyof typeof TESTS, TestRunner>,
  file: string,
): Promise<string | undefined> {
  const ofSlots = OF_SLOTS.some((name) => file.endsWith(`/${name}.lua`));
  // Each mutant goes to whom is most likely to notice it at once.
  const first = file.includes('/include/') ? [runners.arithmetic] : [];
  const contracts = file.includes('/include/')
    ? [runners.single, runners.slots]
    : [ofSlots ? runners.slots : runners.single];
  const ofAllowances = /allowance|reserve|verify|refund/.test(file);
  const others = [runners.full, runners.layout, ...(ofAllowances ? [runners.alike] : [])];
  for (const runner of [...first, ...contracts, ...others]) {
    const failure = await runner.firstFailure();
    if (failure) return failure;
  }
  return undefined;
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(2);
  },
);
