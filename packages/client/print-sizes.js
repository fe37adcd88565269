// Prints what each part of the client weighs in an application, and what the page's script does.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const folder = import.meta.dirname;
const line = (name, code) =>
  `${name.padEnd(36)} ${code.length.toString().padStart(7)} B ${gzipSync(code).length.toString().padStart(7)} B gzipped`;

for (const name of ['create-verification', 'vue', 'react', 'inbound', 'documents', 'mobile']) {
  const { outputFiles } = buildSync({
    entryPoints: [join(folder, `src/${name}.ts`)],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    external: ['vue', 'react'],
    write: false,
  });
  const path = name === 'create-verification' ? '' : `/${name}`;
  process.stdout.write(`${line(`sms-verification-client${path}`, outputFiles[0].contents)}\n`);
}
const assets = join(folder, '../../dist/web/assets');
if (existsSync(assets)) {
  for (const name of readdirSync(assets).filter((file) => file.endsWith('.js'))) {
    process.stdout.write(`${line('the page (npm run build)', readFileSync(join(assets, name)))}\n`);
  }
}
