const { cpSync } = require('node:fs');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

const source = join(__dirname, '../web/explorer');

/** Builds what GET /graphql shows in development into `folder`. The editor is a file of its own, loaded where Sandbox can't be reached. */
function buildExplorer(folder) {
  buildSync({
    entryPoints: [join(source, 'explorer.ts')],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'explorer.css']) cpSync(join(source, name), join(folder, name));
}

module.exports = { buildExplorer };
