import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A pipe that has a reader, who reads when the test says so. */
export class Pipe {
  /** Does not block. */
  readonly fd: number;
  /** The same for another process, which may make it block, and so every copy of this descriptor. */
  readonly fdOfChild: number;
  private readonly folder = mkdtempSync(join(tmpdir(), 'pipe-'));

  constructor() {
    const path = join(this.folder, 'pipe');
    execFileSync('mkfifo', [path]);
    this.fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    this.fdOfChild = openSync(path, constants.O_WRONLY);
  }

  /** Until it takes no byte more. Of zeros. */
  fill(): void {
    for (const size of [4_096, 1]) while (this.takes(Buffer.alloc(size)));
  }

  /** All that is in it, without the zeros. */
  read(): string {
    const chunk = Buffer.alloc(65_536);
    let text = '';
    for (;;) {
      try {
        text += chunk.toString('utf8', 0, readSync(this.fd, chunk));
      } catch {
        return text.replaceAll('\0', '');
      }
    }
  }

  close(): void {
    closeSync(this.fd);
    closeSync(this.fdOfChild);
    rmSync(this.folder, { recursive: true });
  }

  private takes(bytes: Buffer): boolean {
    try {
      return writeSync(this.fd, bytes) > 0;
    } catch {
      return false;
    }
  }
}
