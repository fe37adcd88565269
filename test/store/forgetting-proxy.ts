import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface ForgettingProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** A Redis at `port` that has lost its scripts whenever one is named by its hash: `forget` is awaited before each EVALSHA. */
export async function startForgettingProxy(port: number, forget: () => Promise<unknown>): Promise<ForgettingProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    for (const socket of [client, redis]) sockets.add(socket.on('error', () => undefined));
    redis.pipe(client);
    client.on('close', () => redis.destroy());
    let unread = '';
    let forwarded: Promise<void> = Promise.resolve();
    client.on('data', (data) => {
      unread += data.toString('latin1');
      for (let end = commandLength(unread); end > 0; end = commandLength(unread)) {
        const command = unread.slice(0, end);
        unread = unread.slice(end);
        forwarded = forwarded.then(async () => {
          if (/^\*\d+\r\n\$7\r\nevalsha\r\n/i.test(command)) await forget();
          if (redis.writable) redis.write(command, 'latin1');
        });
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Characters of the first command (an array of bulk strings of Redis' protocol); 0 while it is not there in full. */
function commandLength(text: string): number {
  const [head, parts] = /^\*(\d+)\r\n/.exec(text) ?? [];
  if (head === undefined) return 0;
  let at = head.length;
  for (let part = 0; part < Number(parts); part++) {
    const [line, length] = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16)) ?? [];
    if (line === undefined) return 0;
    at += line.length + Number(length) + 2;
  }
  return at <= text.length ? at : 0;
}
