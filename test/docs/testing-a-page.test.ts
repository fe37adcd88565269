import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient } from '../harness/api-client';
import { type Environment, type ServerProcess, startServer } from '../harness/server-process';

const execute = promisify(execFile);

const SECTION =
  readFileSync(join(__dirname, '../../docs/frontend.md'), 'utf8').match(/^## Testing your page\n(.*?)^## /ms)?.[1] ??
  '';
const SCRIPT = SECTION.match(/```js\n(.*?)```/s)?.[1] ?? '';

/** The settings that the section gives to whoever makes many runs. */
const NO_LIMITS: Environment = Object.fromEntries(
  [...SECTION.matchAll(/\b([A-Z_]+)=(0|off)\b/g)].map(([, name, value]) => [name, value]),
);

describe('docs/frontend.md, Testing your page', () => {
  let server: ServerProcess;
  afterEach(() => server?.stop());

  test('given a server without settings, when the whole run is run, then it confirms a number', async () => {
    server = await startServer();
    const script = SCRIPT.replace('http://127.0.0.1:4000', server.url);
    const { stdout } = await execute(process.execPath, ['--input-type=module', '--eval', script]);
    expect(stdout).toBe('OK OK\n');
  });

  test('given the settings for many runs, when no run confirms its number, then every one gets its code', async () => {
    server = await startServer(NO_LIMITS);
    const api = new ApiClient(server.url);
    // More than any limit for one client lets through in its time, and than strangers are trusted with.
    for (let run = 0; run < 130; run++) {
      const { uuid, reason } = await api.imageCaptcha();
      expect(reason).toBe('OK');
      const imageCode = await api.captchaAnswer(uuid);
      const sent = await api.sendSmsCode({ mobile: '13800138000', imageCode, uuid: String(uuid) });
      const checked = await api.verifySmsCode('13800138000', 'no code', String(uuid));
      expect([sent.reason, checked.reason]).toEqual(['OK', 'SMS_CODE_MISMATCH']);
    }
  });
});
