import { connect, type Socket } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LENGTH = Buffer.from('ontent-length: ');
const SUCCESS = Buffer.from('"code":200');

/** A connection: one request at a time, and of its answer no more is read than where it ends and whether it is a success. */
class Connection {
  private rest: Buffer | undefined;
  private answered: ((error?: Error) => void) | undefined;

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => this.answered?.(new Error('The server closed a connection')));
    socket.on('error', () => undefined);
  }

  ask(request: Buffer, answered: (error?: Error) => void): void {
    this.answered = answered;
    this.socket.write(request);
  }

  private read(chunk: Buffer): void {
    const answer = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    this.rest = answer;
    const head = answer.indexOf(END_OF_HEAD);
    if (head < 0) return;
    const length = answer.indexOf(LENGTH) + LENGTH.length;
    const bytes = Number.parseInt(answer.toString('latin1', length, length + 8), 10);
    if (answer.length < head + END_OF_HEAD.length + bytes) return;
    this.rest = undefined;
    const isSuccess = answer.includes(SUCCESS, head);
    this.answered?.(isSuccess ? undefined : new Error(`Answered ${answer.toString('utf8', 0, head + 400)}`));
  }
}

/**
 * Connections that are kept open and send requests that were written before. Node's own HTTP client would cost as much as the servers
 * that are measured, and come between them and the load.
 */
export class Connections {
  private constructor(private readonly connections: readonly Connection[]) {}

  static async open(port: number, count: number): Promise<Connections> {
    const connecting = Array.from(
      { length: count },
      () =>
        new Promise<Connection>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => resolve(new Connection(socket)));
          socket.once('error', reject);
        }),
    );
    return new Connections(await Promise.all(connecting));
  }

  /** Sends each request once, one at a time on each connection, and returns what each took, ms. Fails unless every answer is a success. */
  saturate(requests: readonly Buffer[]): Promise<Float64Array> {
    return new Promise((resolve, reject) => {
      const took = new Float64Array(requests.length);
      let [next, done] = [0, 0];
      const proceed = (connection: Connection) => {
        const index = next++;
        const request = requests[index];
        if (!request) return;
        const asked = performance.now();
        connection.ask(request, (error) => {
          if (error) return reject(error);
          took[index] = performance.now() - asked;
          done += 1;
          if (done === requests.length) resolve(took);
          else proceed(connection);
        });
      };
      this.connections.forEach(proceed);
    });
  }

  /**
   * Sends so many requests a second, whether or not earlier ones are answered, and returns what each took from the moment at which it was
   * due, ms: a server that falls behind shows it. Fails unless every answer is a success.
   */
  pace(requests: readonly Buffer[], perSecond: number): Promise<Float64Array> {
    return new Promise((resolve, reject) => {
      const took = new Float64Array(requests.length);
      const free = [...this.connections];
      const started = performance.now();
      let [next, done] = [0, 0];
      const send = () => {
        const due = Math.min(requests.length, Math.floor(((performance.now() - started) * perSecond) / 1000));
        while (next < due && free.length > 0) {
          const index = next++;
          const connection = free.pop() as Connection;
          connection.ask(requests[index] as Buffer, (error) => {
            if (error) return reject(error);
            took[index] = performance.now() - started - ((index + 1) * 1000) / perSecond;
            done += 1;
            free.push(connection);
            if (done === requests.length) resolve(took);
          });
        }
        if (next < requests.length) setTimeout(send, 1);
      };
      send();
    });
  }

  close(): void {
    for (const { socket } of this.connections) socket.removeAllListeners('close').destroy();
  }
}
