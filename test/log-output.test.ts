import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LogOutput } from '../src/log-output';
import { describeWithProgram } from './harness/describe-where';
import { Pipe } from './harness/pipe';
import { waitUntil } from './harness/wait-until';

const LINE = `${'x'.repeat(99)}\n`;

describeWithProgram('mkfifo', 'Lines for a log', () => {
  let pipe: Pipe;
  let output: LogOutput;
  let log = '';

  beforeEach(() => {
    pipe = new Pipe();
    output = new LogOutput(pipe.fd);
    log = '';
  });
  afterEach(() => pipe.close());

  const come = (what: string, condition: () => boolean) =>
    waitUntil(what, () => {
      log += pipe.read();
      return condition();
    });

  test('are written at once, in their order, so that a killed process has told them', () => {
    for (const line of ['one\n', 'two\n', 'three\n']) {
      output.write(line);
      expect(pipe.read()).toBe(line);
    }
  });

  test('given that nobody reads them, then 4 MB are kept; once somebody reads, those come, then how many were lost, then the next ones', async () => {
    pipe.fill();
    output.write('first\n');
    for (let i = 0; i < 100_000; i++) output.write(LINE);
    await come('the rest of what was kept', () => log.includes('"lines":'));
    const lines = log.split('\n').slice(0, -1);
    expect(lines[0]).toBe('first');
    const told = JSON.parse(lines.at(-1) ?? '');
    expect(told).toMatchObject({ level: 40, msg: expect.stringContaining('lost') });
    expect(lines.length - 2 + told.lines).toBe(100_000);
    expect(log.length).toBeLessThan(4_100_000);
    expect(log.length).toBeGreaterThan(3_900_000);
    output.write('next\n');
    await come('the next one', () => log.endsWith('next\n'));
  });

  test('given that the process ends, then what is left is written, and where it can’t be, the end waits for half a second', () => {
    const ending = (stdout: number) => {
      const script = `const { LogOutput } = require('./src/log-output.ts');
        const output = new LogOutput(process.stdout.fd);
        for (const line of ['one', 'two', 'three']) output.write(line + '\\n');
        process.exit(0);`;
      const args = ['--require', 'tsx/cjs', '--eval', script];
      return spawnSync(process.execPath, args, { cwd: join(__dirname, '..'), stdio: ['ignore', stdout, 'inherit'] });
    };
    expect(ending(pipe.fdOfChild).status).toBe(0);
    expect(pipe.read()).toBe('one\ntwo\nthree\n');
    pipe.fill();
    expect(ending(pipe.fdOfChild).status).toBe(0);
  });
});
