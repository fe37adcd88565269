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
  entryPoints: ['create-verification', 'vue', 'react', 'documents'].map((name) => join(folder, `src/${name}.ts`)),
  outdir: dist,
  bundle: true,
  // What the ways in share is one file, so that an application that uses two of them loads it once.
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  external: ['vue', 'react'],
  logLevel: 'warning',
});

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', folder], { stdio: 'inherit' });

// The generated documents name a package of types for two lines of it; without it there is nothing else to install.
const nodes = join(dist, 'generated/nodes/graphql.d.ts');
const types = readFileSync(nodes, 'utf8');
const importLine = /import .*'@graphql-typed-document-node\/core';/;
if (!importLine.test(types)) throw new Error('The generated documents import their types from somewhere else now');
writeFileSync(
  nodes,
  types.replace(importLine, "import type { TypedDocument as DocumentNode } from '../../typed-document';"),
);
for (const name of readdirSync(join(dist, 'generated'), { recursive: true, encoding: 'utf8' })) {
  if (!/(^|\/)(nodes|graphql\.d\.ts)$/.test(name)) rmSync(join(dist, 'generated', name), { recursive: true });
}
