import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';

export interface Running {
  port: number;
  pid: number;
  /** CPU time so far, user and system, of the process and its children, µs. */
  cpuMicros(): number;
  /** Resident memory, MB. */
  memoryMb(): number;
  /** From the start of the process to its first answer, ms. */
  coldStartMs: number;
  stop(): void;
}

const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0;
const SERVER_CORE = '0';
/** Where the load and Redis run. */
export const LOAD_CORE = '1';

/** Keeps this process, the load, off the servers' core. */
export function pinLoad(): boolean {
  if (canPin) spawnSync('taskset', ['-a', '-p', '-c', LOAD_CORE, String(process.pid)]);
  return canPin;
}

/** Starts a command on one core and waits until `answers`, asked with its port, is true. */
export async function start(
  command: string[],
  env: Record<string, string>,
  answers: (port: number) => Promise<boolean>,
  core = SERVER_CORE,
): Promise<Running> {
  const port = await freePort();
  const argv = (canPin ? ['taskset', '-c', core, ...command] : command).map((arg) =>
    arg.replace('{port}', String(port)),
  );
  const started = performance.now();
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const pid = child.pid ?? 0;
  return {
    port,
    pid,
    coldStartMs: performance.now() - started,
    cpuMicros: () => treeOf(pid).reduce((sum, id) => sum + cpuMicros(id), 0),
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    stop: () => stop(child),
  };
}

function stop(child: ChildProcess): void {
  child.kill('SIGKILL');
}

function cpuMicros(pid: number): number {
  // Nanoseconds on the CPU, of all threads; finer than the ticks of `stat`.
  return readdirSync(`/proc/${pid}/task`).reduce((sum, task) => {
    const [nanos] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    return sum + Number(nanos) / 1000;
  }, 0);
}

function treeOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children ? children.split(' ').flatMap((child) => treeOf(Number(child))) : [])];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
