// Builds dist: the server, and the page in dist/web.
const { execFileSync } = require('node:child_process');
const { existsSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
// For those who installed without scripts.
if (process.argv.includes('--if-missing') && existsSync(join(dist, 'main.js'))) process.exit();

const tools = ['esbuild', 'tsx', 'vite'].filter((name) => !existsSync(join(root, 'node_modules', name)));
if (tools.length > 0) {
  const way = 'run: npm ci --include=dev && npm prune --omit=dev --ignore-scripts';
  process.stderr.write(`Not built: ${tools.join(', ')} came with no install for production. To build, ${way}\n`);
  // An install for what was built elsewhere is none the worse for it.
  process.exit(process.argv.includes('--after-install') ? 0 : 1);
}

rmSync(dist, { recursive: true, force: true });
require('./build-server').buildServer(dist);
execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'web', '--logLevel', 'warn'], {
  cwd: root,
  stdio: 'inherit',
});
