// Builds dist: the server, and the page in dist/web.
const { execFileSync } = require('node:child_process');
const { existsSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const dist = join(root, 'dist');
// For those who installed without scripts.
if (process.argv.includes('--if-missing') && existsSync(join(dist, 'main.js'))) process.exit();

rmSync(dist, { recursive: true, force: true });
require('./build-server').buildServer(dist);
execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', 'web', '--logLevel', 'warn'], {
  cwd: root,
  stdio: 'inherit',
});
