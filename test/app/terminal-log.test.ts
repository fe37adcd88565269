import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { ApiClient } from '../harness/api-client';
import { compiledServer } from '../harness/compiled-server';
import { describeWhere } from '../harness/describe-where';
import type { Environment } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

const version = String(spawnSync('script', ['--version']).stdout);

/** What a server writes to a terminal, which `script` (bsdutils) makes, until `last` stands there; `use` uses it meanwhile. */
async function written(
  environment: Environment,
  last: RegExp,
  use: (url: string) => Promise<unknown> = async () => undefined,
): Promise<string> {
  const terminal = spawn(
    'script',
    ['--quiet', '--command', `exec ${process.execPath} ${compiledServer()}`, '/dev/null'],
    {
      env: { PATH: process.env.PATH, TERM: 'xterm', PORT: '0', HOST: '127.0.0.1', ...environment },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  let output = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  try {
    await waitUntil('the server is ready', () => output.includes('Ready: '), 60_000);
    await use(`http://127.0.0.1:${/Ready: http:\/\/localhost:(\d+)/.exec(output)?.[1]}`);
    await waitUntil('all of it is written', () => last.test(output), 30_000);
  } finally {
    terminal.kill('SIGTERM');
    await once(terminal, 'close');
  }
  return output;
}

// BSD's and macOS's script takes other arguments, and doesn't know this one.
describeWhere(/util-linux/.test(version), 'script of util-linux is not on the PATH', 'The log at a terminal', () => {
  test('in development: a line for people, with the code set off', async () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own words for bold on yellow
    const code = /verification code \x1b\[1m\x1b\[43m\x1b\[30m \d{6} [^\n]*\n/;
    const output = await written({}, code, async (url) => {
      const api = new ApiClient(url);
      const { uuid } = await api.imageCaptcha();
      const imageCode = await api.captchaAnswer(uuid);
      expect(await api.sendSmsCode({ mobile: '13800138000', imageCode, uuid: String(uuid) })).toMatchObject({
        reason: 'OK',
      });
    });
    expect(output).toContain('INFO');
    expect(output).not.toContain('"level":30');
  }, 90_000);

  test('in production: lines of JSON, as everywhere', async () => {
    const environment = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console', TRUST_PROXY: '0' };
    const output = await written({ ...environment, CLIENT_HASH_SECRET: 'x'.repeat(32) }, /"msg":"Ready: [^\n]*\n/);
    expect(output).toMatch(/^\{"level":30,.*"msg":"Ready: /m);
  }, 90_000);
});
