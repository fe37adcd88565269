import { expect } from 'expect';

type Body = () => unknown;
interface Suite {
  beforeAll: Body[];
  beforeEach: Body[];
  afterEach: Body[];
  afterAll: Body[];
  /** In the order in which they stand. */
  children: (Suite | Test)[];
}
interface Test {
  name: string;
  run: Body;
}

/** A test or a hook that takes longer has failed; a mutant may make a script run for ever. */
const LIMIT_MS = 60_000;

const newSuite = (): Suite => ({ beforeAll: [], beforeEach: [], afterEach: [], afterAll: [], children: [] });

/**
 * Runs Jest tests, of the few shapes that the store's contract has, again and again in one process, and ends at the first failure: a
 * start of Jest for each mutant would take most of the time.
 */
export class TestRunner {
  private readonly root = newSuite();

  /** Collects the tests of these files. */
  constructor(files: readonly string[]) {
    let current = this.root;
    const describe = (_name: string, define: Body) => {
      const outer = current;
      current = newSuite();
      outer.children.push(current);
      define();
      current = outer;
    };
    const test = (name: string, run: Body) => void current.children.push({ name, run });
    const each =
      (define: (name: string, run: Body) => void) =>
      (rows: readonly unknown[]) =>
      (name: string, run: (...row: unknown[]) => unknown) => {
        for (const row of rows) define(`${name} ${row}`, () => run(...(Array.isArray(row) ? row : [row])));
      };
    const hook = (kind: 'beforeAll' | 'beforeEach' | 'afterEach' | 'afterAll') => (run: Body) =>
      void current[kind].push(run);
    Object.assign(globalThis, {
      jest: { setTimeout: () => undefined },
      ...{ expect, describe: Object.assign(describe, { each: each(describe) }) },
      ...{ test: Object.assign(test, { each: each(test) }), it: Object.assign(test, { each: each(test) }) },
      ...{ beforeAll: hook('beforeAll'), beforeEach: hook('beforeEach') },
      ...{ afterEach: hook('afterEach'), afterAll: hook('afterAll') },
    });
    for (const file of files) require(file);
  }

  /** The name of the first test that fails, with its error; undefined if all pass. */
  async firstFailure(): Promise<string | undefined> {
    return this.run(this.root, []);
  }

  private async run(suite: Suite, outer: readonly Suite[]): Promise<string | undefined> {
    const path = [...outer, suite];
    try {
      for (const before of suite.beforeAll) await bounded(before);
      for (const child of suite.children) {
        const failure = 'run' in child ? await this.failsTwice(child, path) : await this.run(child, path);
        if (failure) return failure;
      }
      return undefined;
    } catch (error) {
      return `a hook: ${(error as Error).message}`;
    } finally {
      for (const after of suite.afterAll) await bounded(after).catch(() => undefined);
    }
  }

  /** A busy machine makes a test fail for nothing that looks at the clock. */
  private async failsTwice(test: Test, path: readonly Suite[]): Promise<string | undefined> {
    return (await this.runTest(test, path)) && this.runTest(test, path);
  }

  private async runTest({ name, run }: Test, path: readonly Suite[]): Promise<string | undefined> {
    try {
      for (const { beforeEach } of path) for (const before of beforeEach) await bounded(before);
      await bounded(run);
      return undefined;
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    } finally {
      for (const { afterEach } of [...path].reverse())
        for (const after of afterEach) await bounded(after).catch(() => undefined);
    }
  }
}

function bounded(body: Body): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('took too long')), LIMIT_MS);
  });
  return Promise.race([(async () => body())(), late]).finally(() => clearTimeout(timer));
}
