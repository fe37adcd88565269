import { readdirSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { ApiClient } from '../../harness/api-client';
import { compiledServer } from '../../harness/compiled-server';
import { type Environment, ServerProcess } from '../../harness/server-process';
import { waitUntil } from '../../harness/wait-until';

export const MEGABYTE = 2 ** 20;

/** What a stranger finds in production, with limits that stop no test. */
const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  STORE: 'memory',
  SMS_PROVIDERS: 'console',
  CAPTCHA_PER_CLIENT_MINUTE: '0',
};

const ALLOWED_GROWTH = 20 * MEGABYTE;
/** Bounds what never happens; where something does, it takes a few seconds at most. */
const RECOVERY_MS = 60_000;

/** ms that a person waits without noticing much, on a busy machine; attacks that work hold others up for five and more. */
export const PATIENCE_MS = 3_000;

export interface Seen {
  /** 0 where the connection broke. */
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The built server in a process of its own, and what it had before somebody attacked it. */
export class Victim {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private before = { bytes: 0, files: 0 };

  private constructor(readonly server: ServerProcess) {}

  static async start(environment: Environment = {}): Promise<Victim> {
    const server = new ServerProcess({ ...PRODUCTION, ...environment }, compiledServer(), true);
    const victim = new Victim(await server.ready());
    await victim.warmUp();
    victim.before = { bytes: await server.heldBytes(), files: victim.openFiles };
    return victim;
  }

  get port(): number {
    return this.server.port;
  }

  /** File descriptors that the process holds: connections, and whatever else it opened. */
  get openFiles(): number {
    return readdirSync(`/proc/${this.server.pid}/fd`).length;
  }

  /** One request over a connection of this client's own pool. */
  request(path: string, options: { method?: string; headers?: object; body?: string } = {}): Promise<Seen> {
    const { method = 'GET', headers = {}, body } = options;
    return new Promise((resolve) => {
      const call = request(
        {
          agent: this.agent,
          host: '127.0.0.1',
          port: this.port,
          path,
          method,
          headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
        },
        (response) => {
          let text = '';
          response.setEncoding('latin1').on('data', (part: string) => {
            text += part;
          });
          const done = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          response.on('end', done).on('error', done);
        },
      );
      call.on('error', () => resolve({ status: 0, headers: {}, text: '' })).end(body);
    });
  }

  post(body: object, headers: object = {}): Promise<Seen> {
    return this.request('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  /** Runs `count` of them, 16 at a time, until the process is gone. */
  async each(count: number, one: (n: number) => Promise<unknown>): Promise<void> {
    let next = 0;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (next < count && this.server.alive) {
          const n = next;
          next += 1;
          await one(n);
        }
      }),
    );
  }

  /** ms that another client, who is new, waits for a captcha: the shortest of three, since others may hold the machine. */
  async otherClientWaits(): Promise<number> {
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) {
      const begun = performance.now();
      await new ApiClient(this.server.url, { connection: 'close' }).imageCaptcha();
      shortest = Math.min(shortest, performance.now() - begun);
    }
    return shortest;
  }

  /** The process lives, another client is answered soon, and neither memory nor files stay taken. */
  async expectRecovered(): Promise<void> {
    expect(this.server.alive).toBe(true);
    expect(await this.otherClientWaits()).toBeLessThan(PATIENCE_MS);
    // The log keeps one descriptor or another busy for a moment; 5 are none that an attack left.
    this.agent.destroy();
    await waitUntil('no file stays open', () => this.openFiles <= this.before.files + 5, RECOVERY_MS);
    await waitUntil(
      'memory is back',
      async () => (await this.server.heldBytes()) < this.before.bytes + ALLOWED_GROWTH,
      RECOVERY_MS,
    );
    expect(this.server.stderr).toBe('');
    expect(this.server.logs.filter(({ level }) => level >= 50)).toEqual([]);
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.server.stop();
  }

  /** Code is compiled and caches are filled once, whoever comes; that is no growth. */
  private async warmUp(): Promise<void> {
    await this.use(1_000);
    await this.each(200, () => this.request('/'));
  }

  private use(captchas: number): Promise<void> {
    return this.each(captchas, () => this.post({ query: '{ imageCaptcha { uuid image } }' }));
  }
}
