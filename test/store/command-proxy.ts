import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CommandProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Whether a command calls a script, named by its hash or given as text. */
export const isScriptCall = (command: string) => /^\*\d+\r\n\$\d\r\neval(sha)?\r\n/i.test(command);

/**
 * A Redis at `port` before which somebody sees each command: it goes on to Redis, or is answered with what `see` returns (Redis' protocol).
 * The next command waits for that.
 */
export async function startCommandProxy(
  port: number,
  see: (command: string) => Promise<string | undefined>,
): Promise<CommandProxy> {
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
          const answer = await see(command);
          if (answer !== undefined) client.write(answer, 'latin1');
          else if (redis.writable) redis.write(command, 'latin1');
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
