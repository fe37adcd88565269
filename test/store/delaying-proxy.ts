import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DelayingProxy {
  readonly url: string;
  /** The connections that are open now lose whatever is sent, and nobody is told; new ones work. */
  loseConnections(): void;
  /** Cuts all connections, and refuses new ones until it is opened again. */
  shut(): Promise<void>;
  open(): Promise<void>;
  /** From now on, everything from the client arrives so many ms later. */
  delayCommands(ms: number): void;
  /** From now on, everything from Redis arrives so many ms later. */
  delayReplies(ms: number): void;
  close(): Promise<void>;
}

/** A slow network before the Redis at `port`. */
export async function startDelayingProxy(port: number): Promise<DelayingProxy> {
  const sockets = new Set<Socket>();
  let commandMs = 0;
  let replyMs = 0;
  const lost = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    const forward = (from: Socket, to: Socket, delayMs: () => number) => {
      sockets.add(from);
      // Nothing overtakes what was sent before it, as on any connection.
      let earlier: Promise<unknown> = Promise.resolve();
      from.on('data', (data) => {
        if (lost.has(from)) return;
        const delay = new Promise((resolve) => setTimeout(resolve, delayMs()).unref());
        earlier = Promise.all([earlier, delay]).then(() => to.writable && to.write(data));
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        // What is still on its way arrives all the same.
        setTimeout(() => to.destroy(), delayMs()).unref();
      });
    };
    forward(client, redis, () => commandMs);
    forward(redis, client, () => replyMs);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ownPort = (server.address() as AddressInfo).port;
  const shut = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return {
    url: `redis://127.0.0.1:${ownPort}`,
    loseConnections() {
      for (const socket of sockets) lost.add(socket);
    },
    shut,
    async open() {
      server.listen(ownPort, '127.0.0.1');
      await once(server, 'listening');
    },
    delayCommands: (ms) => {
      commandMs = ms;
    },
    delayReplies: (ms) => {
      replyMs = ms;
    },
    close: shut,
  };
}
