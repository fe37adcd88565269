import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { compiledServer } from '../harness/compiled-server';
import { describeWhere } from '../harness/describe-where';

const FULL = '/dev/full';

/** How a command ends whose output goes there; nobody reads a pipe. */
async function ending(stdout: number | 'pipe') {
  const child = spawn(process.execPath, [compiledServer(), '--version'], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', stdout, 'pipe'],
  });
  // Long before the command has anything to say.
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}

describeWhere(existsSync(FULL), `there is no ${FULL}`, 'The output of a command', () => {
  test('given a disk that is full, then the command fails: a script must not take an empty file for an answer', async () => {
    const full = openSync(FULL, 'w');
    expect(await ending(full)).toEqual({ code: 1, stderr: 'The answer could not be written: ENOSPC\n' });
    closeSync(full);
  });

  test('given a reader that has gone, as head goes, then the command says nothing of that', async () => {
    expect(await ending('pipe')).toEqual({ code: 0, stderr: '' });
  });
});
