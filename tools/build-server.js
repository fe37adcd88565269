const { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { buildSync } = require('esbuild');
const tsx = require('tsx/cjs/api');
const { buildExplorer } = require('./build-explorer');

const root = join(__dirname, '..');

/**
 * Builds the server into `folder`: one file, which starts a quarter of a second sooner than a thousand small ones, and beside it what
 * code reads from beside itself. Types are checked by `npm run typecheck`, not here.
 */
function buildServer(folder) {
  buildSync({
    entryPoints: { main: join(root, 'src/main.ts') },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    tsconfig: join(root, 'tsconfig.build.json'),
    // Names stay, so that a stack trace can be read. (`keepNames` would pay for that at every closure that a request makes.)
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    sourcemap: true,
    sourcesContent: false,
    // svg-captcha reads a font from its own folder; the others are large and loaded only where they are asked for.
    external: [
      'svg-captcha',
      '@alicloud/*',
      'tencentcloud-sdk-nodejs-sms',
      'standardwebhooks',
      'jose',
      'libphonenumber-js',
      'pino-pretty',
      '@opentelemetry/sdk-trace-node',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/core',
      '@opentelemetry/resources',
      // For reports to Apollo's service, which only an APOLLO_KEY asks for, and for class-validator's decorators, which nothing uses: a
      // fifth of the file, and with it of the time that reading it takes.
      '@apollo/usage-reporting-protobuf',
      'validator',
    ],
    alias: {
      // Of graphql's CommonJS form, each module that imports it would make a getter for each of its four hundred exports.
      graphql: join(root, 'node_modules/graphql/index.mjs'),
      'sha.js': join(__dirname, 'node-hash.js'),
    },
    logLevel: 'warning',
  });
  const main = join(folder, 'main.js');
  // One character beyond Latin-1, and Node keeps all of the text at two bytes a character. esbuild leaves some in regular expressions,
  // where an escape means the same.
  writeFileSync(main, readFileSync(main, 'utf8').replace(/[\u0080-\uffff]/g, escaped));
  // It is the command sms-verification as well.
  chmodSync(main, 0o755);
  buildExplorer(join(folder, 'explorer'));
  const { luaScript, SCRIPT_NAMES } = tsx.require('../src/store/redis/lua-scripts.ts', __filename);
  mkdirSync(join(folder, 'lua'), { recursive: true });
  for (const name of SCRIPT_NAMES) writeFileSync(join(folder, 'lua', `${name}.lua`), luaScript(name));
  const { typefacesText } = tsx.require('../src/captcha/drawing/own-typefaces.ts', __filename);
  writeFileSync(join(folder, 'typefaces.json'), typefacesText());
  const speech = join(root, 'src/captcha/speech');
  for (const name of readdirSync(speech)) {
    if (name.endsWith('.bin')) cpSync(join(speech, name), join(folder, name));
  }
}

function escaped(character) {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

module.exports = { buildServer };
