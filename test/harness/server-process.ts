import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledServer } from './compiled-server';

export type Environment = Readonly<Record<string, string>>;

export interface LogLine {
  level: number;
  time: string;
  msg: string;
  [field: string]: unknown;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Far above what a start takes, so that a slow machine fails no test. */
const START_MS = 30_000;
const POLL_MS = 5;
/** Tries at a start that Redis' time-out ends. */
const STARTS = 5;
/** The same for Redis, where a test does not say how long it may take. */
const REDIS_TIMEOUT_MS = '10000';
const PROBE = join(__dirname, 'memory-probe.js');

const running = new Set<ChildProcess>();
const killAll = () => {
  for (const child of running) child.kill('SIGKILL');
};
process.on('exit', killAll);
// A test that failed before it stopped its server must not keep the others waiting.
if (typeof afterAll === 'function') afterAll(killAll);

/** The real server as a process of its own, with nothing but the given environment. */
export class ServerProcess {
  /** Everything it wrote so far. */
  stdout = '';
  stderr = '';
  /** Where it listens; empty until it is ready. */
  url = '';
  /** Resolves once it is gone and its output is complete. */
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;

  /** Starts it, on a free port of the loopback unless the environment says otherwise. `probed`: heldBytes() can be asked. */
  constructor(environment: Environment = {}, main = compiledServer(), probed = false) {
    this.child = spawn(process.execPath, probed ? ['--require', PROBE, main] : [main], {
      env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', REDIS_TIMEOUT_MS, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', ...(probed ? (['ipc'] as const) : [])],
    });
    running.add(this.child);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exited = once(this.child, 'close').then(([code, signal]) => {
      running.delete(this.child);
      return { code, signal };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The lines of its log so far; needs LOG_LEVEL below `silent`. */
  get logs(): LogLine[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  /** Processor time that it took so far, ms. */
  get processorMs(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
    // In ticks of 10 ms, see proc(5).
    return ((user ?? 0) + (system ?? 0)) * 10;
  }

  /** What it holds once all garbage is collected, bytes; of a probed one that is alive. */
  async heldBytes(): Promise<number> {
    const answer = once(this.child, 'message');
    this.child.send('held bytes?');
    const [bytes] = await answer;
    return bytes;
  }

  /** Waits for its Ready line. */
  async ready(): Promise<this> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const port = /Ready: http:\/\/localhost:(\d+)\//.exec(this.stdout)?.[1];
      if (port) {
        this.url = `http://127.0.0.1:${port}`;
        return this;
      }
      if (!this.alive || Date.now() > deadline) {
        await this.stop();
        throw new Error(`The server did not start:\n${this.stdout}${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it at once, whatever it is doing. */
  async stop(): Promise<void> {
    this.kill('SIGKILL');
    await this.exited;
  }
}

/**
 * A server that is ready to serve; the log level must let its Ready line (info) through. Where a test's REDIS_TIMEOUT_MS is too short for a
 * start on a busy machine, it is started again: what such tests are about comes later.
 */
export async function startServer(environment: Environment = {}): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await new ServerProcess(environment).ready();
    } catch (error) {
      if (attempt === STARTS || !/did not answer within \d+ ms/.test(String(error))) throw error;
    }
  }
}
