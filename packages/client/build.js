// Builds dist: one ES module for each way in, and its types.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');
rmSync(dist, { recursive: true, force: true });

buildSync({
  entryPoints: ['create-verification', 'vue', 'react', 'inbound', 'documents', 'mobile'].map((name) =>
    join(folder, `src/${name}.ts`),
  ),
  outdir: dist,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // The frameworks' ways in load the first one, so that an application that uses two of them has it once.
  external: ['vue', 'react', './create-verification'],
  logLevel: 'warning',
});
for (const name of ['vue', 'react']) {
  const file = join(dist, `${name}.js`);
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"./create-verification"', '"./create-verification.js"'));
}

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], { stdio: 'inherit' });

const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'));
for (const name of declarations) {
  const file = join(dist, name);
  // Of each folder of generated files, one is imported.
  if (name.startsWith('generated') && !name.endsWith('graphql.d.ts')) {
    rmSync(file);
    continue;
  }
  const types = readFileSync(file, 'utf8')
    // For two lines of a type, which then is all there is to install.
    .replace(/import type \{ TypedDocumentNode as DocumentNode \} from '@graphql-typed-document-node\/core';/, () => {
      return "import type { TypedDocument as DocumentNode } from '../../typed-document';";
    })
    .replace(/import type \{ DocumentTypeDecoration \} from '@graphql-typed-document-node\/core';/, () => {
      return 'interface DocumentTypeDecoration<Result, Variables> { __apiType?: (variables: Variables) => Result }';
    })
    // As Node's own resolution wants it.
    .replace(/(from '\.{1,2}\/[^']+)';/g, "$1.js';");
  if (types.includes('typed-document-node')) throw new Error(`${name} imports types from somewhere else now`);
  writeFileSync(file, types);
}
