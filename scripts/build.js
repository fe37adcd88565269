// Compiles src to dist, copies what is not TypeScript (Lua scripts, voices) beside it, and builds the page into dist/web.
const { execFileSync } = require('node:child_process');
const { cpSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });

rmSync(join(root, 'dist'), { recursive: true, force: true });
run(require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
cpSync(join(root, 'src'), join(root, 'dist'), { recursive: true, filter: (file) => !file.endsWith('.ts') });
run(join(root, 'node_modules/vite/bin/vite.js'), 'build', 'web', '--logLevel', 'warn');
