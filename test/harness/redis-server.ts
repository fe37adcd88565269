import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWhere } from './describe-where';
import { freePort } from './free-port';

const BINARY = 'redis-server';
const START_MS = 10_000;
const ATTEMPTS = 5;

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** SIGKILL, as when the machine dies; resolves once the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nobody answers. It stands still when this returns. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Starts again, empty, on the same port; resolves once it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** More arguments for redis-server, such as ['--cluster-enabled', 'yes']. */
  args?: readonly string[];
}

/**
 * A real redis-server of the test's own, on a free loopback port, without persistence. It ends with this process, however that ends.
 * @throws Error when redis-server is not installed or does not start.
 */
export async function startRedis({ args = [] }: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-test-'));
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      const child = await launch(port, folder, args);
      return new Server(port, folder, args, child);
    } catch (error) {
      // Somebody else may have taken the port since it was found free.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

class Server implements RedisServer {
  constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: readonly string[],
    private child: ChildProcess,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async kill(): Promise<void> {
    await end(this.child);
  }

  pause(): void {
    this.child.kill('SIGSTOP');
    awaitStopped(this.child.pid);
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.kill();
    this.child = await launch(this.port, this.folder, this.args);
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function launch(port: number, folder: string, args: readonly string[]): Promise<ChildProcess> {
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = spawn(BINARY, [...own, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const failure = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`${BINARY} can't be run: ${error.message}`)));
    child.once('exit', () => reject(new Error(`${BINARY} ended at its start:\n${output}`)));
  });
  failure.catch(() => undefined);
  leash(child, folder);
  const deadline = Date.now() + START_MS;
  // That it says so itself tells it from another server on the same port.
  while (!(output.includes('Ready to accept connections') && (await answersPing(port)))) {
    await Promise.race([failure, delay(10)]);
    if (Date.now() > deadline) {
      await end(child);
      throw new Error(`${BINARY} did not answer within ${START_MS} ms:\n${output}`);
    }
  }
  // A test that forgot to close it keeps no process waiting.
  child.unref();
  (child.stdout as unknown as { unref(): void }).unref();
  return child;
}

/** Ends the server when this process ends, even by SIGKILL: its end of the pipe closes then. */
function leash(server: ChildProcess, folder: string): void {
  if (server.pid === undefined) return;
  const script = 'trap "" INT TERM HUP; read -r _; kill -9 "$1" && rm -rf "$2"';
  const watcher = spawn('sh', ['-c', script, 'sh', String(server.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  (watcher.stdin as unknown as { unref(): void }).unref();
  // Once the server is gone, its number may soon be another process's.
  server.once('exit', () => watcher.kill('SIGKILL'));
}

/**
 * On a busy machine a process stops some time after its SIGSTOP, and until then takes in what is sent to it. Waits in place, so that a
 * caller need not; where there is no /proc it only hopes.
 */
function awaitStopped(pid: number | undefined): void {
  const file = `/proc/${pid}/stat`;
  const deadline = Date.now() + START_MS;
  while (existsSync(file) && Date.now() < deadline) {
    // The state follows the program's name, which stands in brackets.
    if (/\) T /.test(readFileSync(file, 'utf8'))) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.ref();
  child.kill('SIGKILL');
  await gone;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether a Redis answers there; one that wants a password first answers too. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('data', (data) => settle(/^(\+PONG|-NOAUTH)/.test(data.toString('latin1'))));
  });
}

const installed = !spawnSync(BINARY, ['--version']).error;

/** A suite that needs a real redis-server. */
export function describeWithRedis(name: string, define: () => void): void {
  describeWhere(installed, `${BINARY} is not on the PATH`, name, define);
}
