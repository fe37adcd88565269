import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './support/build-page';

/** Every file under a folder with its text, by relative path. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** A folder in which codegen finds what it finds in a checkout, and writes what nobody else sees. */
function checkoutWith(files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'codegen-'));
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
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
    const sources = ['codegen.ts', 'schema.graphql', 'packages/client/src/operations.graphql'];
    folder = checkoutWith(sources);
    codegen(folder);
    const generated = 'packages/client/src/generated';
    expect(filesOf(join(ROOT, generated))).toEqual(filesOf(join(folder, generated)));
  });
});
