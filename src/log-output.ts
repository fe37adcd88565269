import { writeSync } from 'node:fs';

/** Characters of lines that wait for being written: some ten thousand lines. Further ones are lost, rather than memory. */
const MAX_WAITING = 4_000_000;
/** Until a write that failed is tried again, ms. */
const RETRY_MS = 100;
/** How long the end of the process waits for whoever reads the lines, ms. */
const LAST_WRITE_MS = 500;

/**
 * Lines for a file descriptor that never hold the process up: a disk that is full, or a pipe that nobody reads, costs lines and nothing else.
 * They are written at once where that is possible, so that a process that is killed has told all that it said. Else they wait, up to a bound,
 * and go out once that is possible, followed by one that tells how many were lost. pino's own stream waits for ever in both cases, at the end
 * of the process, and after ENOSPC without serving anybody any more.
 *
 * A pipe must not block: Node sees to it for stdout where process.stdout has been looked at.
 */
export class LogOutput {
  private waiting = '';
  /** What is being written, as far as it is not yet. */
  private current: Buffer = Buffer.alloc(0);
  private retry: NodeJS.Timeout | undefined;
  private lost = 0;
  private isGone = false;

  constructor(private readonly fd: number) {
    process.once('exit', () => this.writeLast());
  }

  write(line: string): void {
    if (this.isGone) return;
    if (this.waiting.length + line.length > MAX_WAITING) {
      this.lost += 1;
      return;
    }
    this.waiting += line;
    if (!this.retry) this.writeWaiting();
  }

  /** Tries again later where it could not write all. */
  private writeWaiting(): void {
    this.retry = undefined;
    if (this.writeAll()) return;
    this.retry = setTimeout(() => this.writeWaiting(), RETRY_MS).unref();
  }

  /** Whether nothing is left, or nobody to read it. */
  private writeAll(): boolean {
    try {
      for (this.fetch(); this.current.length > 0; this.fetch()) {
        this.current = this.current.subarray(writeSync(this.fd, this.current));
      }
    } catch (error) {
      // Whoever read a pipe has gone, and does not come back.
      this.isGone = (error as NodeJS.ErrnoException).code === 'EPIPE';
      if (this.isGone) this.waiting = '';
      return this.isGone;
    }
    return true;
  }

  /** Takes what waits, once all before it is written. */
  private fetch(): void {
    if (this.current.length > 0) return;
    this.current = Buffer.from(this.waiting + this.lossLine());
    this.waiting = '';
    this.lost = 0;
  }

  private lossLine(): string {
    if (this.lost === 0) return '';
    const msg = 'Log lines were lost: stdout took none, since its disk is full or its reader stood still';
    return `${JSON.stringify({ level: 40, time: new Date().toISOString(), lines: this.lost, msg })}\n`;
  }

  private writeLast(): void {
    const until = performance.now() + LAST_WRITE_MS;
    while (!this.isGone && !this.writeAll() && performance.now() < until) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
