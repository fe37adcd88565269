import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { ApiClient } from '../harness/api-client';
import { compiledServer } from '../harness/compiled-server';
import { describeWhere } from '../harness/describe-where';
import { freePort } from '../harness/free-port';
import { Pipe } from '../harness/pipe';
import { waitUntil } from '../harness/wait-until';

const FULL = '/dev/full';

const running = new Set<ChildProcess>();
// A test that failed must not keep the others waiting.
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** A server that writes its log to this file descriptor, and serves. */
async function serverLoggingTo(stdout: number) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [compiledServer()], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', stdout, 'inherit'],
  });
  const exited = once(child, 'exit');
  running.add(child);
  void exited.then(() => running.delete(child));
  await waitUntil('it serves', () =>
    fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    /** Asks thrice for what is told in the log. */
    async ask(): Promise<void> {
      for (let i = 0; i < 3; i++) {
        const sent = await new ApiClient(url).sendSmsCode({ mobile: '13800138000', imageCode: 'A', uuid: 'nobody' });
        expect(sent).toMatchObject({ reason: 'CAPTCHA_EXPIRED' });
      }
    },
    async end(): Promise<unknown> {
      const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      clearTimeout(timer);
      return code ?? signal;
    },
  };
}

describeWhere(existsSync(FULL), `there is no ${FULL}`, 'Given a log that can’t be written', () => {
  jest.setTimeout(60_000);

  test('since its disk is full, when people ask, then they are answered all the same, and a stop ends with 0', async () => {
    const full = openSync(FULL, 'w');
    const server = await serverLoggingTo(full);
    await server.ask();
    expect(await server.end()).toBe(0);
    closeSync(full);
  });

  test('since nobody reads the pipe, then the same, and once somebody does, what was held back comes', async () => {
    const pipe = new Pipe();
    pipe.fill();
    const server = await serverLoggingTo(pipe.fdOfChild);
    await server.ask();
    let log = '';
    await waitUntil('what was held back comes', () => {
      log += pipe.read();
      return log.split('CAPTCHA_EXPIRED').length === 4;
    });
    expect(log).toContain('Ready');

    pipe.fill();
    await server.ask();
    expect(await server.end()).toBe(0);
    pipe.close();
  });
});
