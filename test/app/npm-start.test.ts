import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '../harness/wait-until';

const ROOT = join(__dirname, '../..');

describe('npm start', () => {
  test('given what npm ci built, when npm is told to end, then the server that it started ends in good order', async () => {
    expect(existsSync(join(ROOT, 'dist/main.js'))).toBe(true);
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await waitUntil('the server is ready', () => output.includes('Ready: '));

    npm.kill('SIGTERM');
    // Not before the server itself has closed its end of the pipe.
    await once(npm, 'close');
    expect(output).toContain('Stopping');
  });
});
