import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './support/build-page';

const SNIPPETS = join(ROOT, 'test/web/snippets');

/** Every file under a folder with its text, by relative path. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** A folder in which codegen finds what it finds in a checkout, and writes what nobody else sees. */
function checkoutWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'codegen-'));
  for (const [to, from] of Object.entries(files)) {
    mkdirSync(join(folder, to, '..'), { recursive: true });
    cpSync(join(ROOT, from), join(folder, to));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function codegen(folder: string): void {
  const cli = join(ROOT, 'node_modules/@graphql-codegen/cli/esm/bin.js');
  execFileSync(process.execPath, [cli, '--config', 'codegen.ts'], { cwd: folder, stdio: 'pipe' });
}

describe('The typed operations', () => {
  let folder: string;
  afterEach(() => rmSync(folder, { recursive: true }));

  test('in the repository are what "npm run codegen" writes from the schema and the operations', () => {
    const operations = ['web/src/operations.graphql', 'test/web/snippets/operations.graphql'];
    folder = checkoutWith(Object.fromEntries(['codegen.ts', 'schema.graphql', ...operations].map((f) => [f, f])));
    codegen(folder);
    for (const generated of ['web/src/generated', 'test/web/snippets/generated']) {
      expect(filesOf(join(ROOT, generated))).toEqual(filesOf(join(folder, generated)));
    }
  });

  test('that the snippets compile against come of the codegen.ts that the docs show', () => {
    folder = checkoutWith({
      'codegen.ts': 'test/web/snippets/codegen.ts',
      'schema.graphql': 'schema.graphql',
      'src/operations.graphql': 'test/web/snippets/operations.graphql',
    });
    codegen(folder);
    expect(filesOf(join(SNIPPETS, 'generated'))).toEqual(filesOf(join(folder, 'src/generated')));
  });
});
