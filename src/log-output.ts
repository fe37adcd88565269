import { write, writeSync } from 'node:fs';

/** Characters of lines that wait for being written: some ten thousand lines. Further ones are lost, rather than memory. */
const MAX_WAITING = 4_000_000;
/** Until a write that failed is tried again, ms. */
const RETRY_MS = 100;
/** How long the end of the process waits for whoever reads the lines, ms. */
const LAST_WRITE_MS = 500;

/**
 * Lines for a file descriptor that never hold the process up: a disk that is full, or a pipe that nobody reads, costs lines and nothing else.
 * They wait, up to a bound, and go out once that is possible, followed by one that tells how many were lost. pino's own stream waits for
 * ever in both cases, at the end of the process, and after ENOSPC without serving anybody any more.
 *
 * A pipe must not block: Node sees to it for stdout where process.stdout has been looked at.
 */
export class LogOutput {
  private waiting = '';
  /** What is being written. */
  private current: Buffer = Buffer.alloc(0);
  private state: 'idle' | 'writing' | 'failed' | 'gone' = 'idle';
  private lost = 0;

  constructor(private readonly fd: number) {
    process.once('exit', () => this.writeLast());
  }

  write(line: string): void {
    if (this.state === 'gone') return;
    if (this.waiting.length + line.length > MAX_WAITING) {
      this.lost += 1;
      return;
    }
    this.waiting += line;
    if (this.state === 'idle') this.writeNext();
  }

  private writeNext(): void {
    this.fetch();
    if (this.current.length === 0) {
      this.state = 'idle';
      return;
    }
    this.state = 'writing';
    write(this.fd, this.current, (error, written) => {
      if (error) {
        this.fail(error);
      } else {
        this.current = this.current.subarray(written);
        this.writeNext();
      }
    });
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

  private fail({ code }: NodeJS.ErrnoException): void {
    // Whoever read a pipe has gone, and does not come back.
    if (code === 'EPIPE') {
      this.state = 'gone';
      this.waiting = '';
      return;
    }
    this.state = 'failed';
    setTimeout(() => this.writeNext(), RETRY_MS).unref();
  }

  private writeLast(): void {
    // The end of the process waits for what is being written.
    if (this.state === 'writing') this.current = Buffer.alloc(0);
    const until = performance.now() + LAST_WRITE_MS;
    while (this.state !== 'gone') {
      this.fetch();
      if (this.current.length === 0) return;
      try {
        this.current = this.current.subarray(writeSync(this.fd, this.current));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() > until) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      }
    }
  }
}
