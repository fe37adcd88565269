import { connect, type Socket } from 'node:net';

/** A connection that is open; what becomes of it later is no error of the test. */
export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Resolves once the server has closed it, with all that came; `undefined` if it is open after `withinMs`. Reads. */
export function untilClosed(socket: Socket, withinMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, withinMs);
    socket.setEncoding('latin1').on('data', (part) => {
      text += part;
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

export function get(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: x\r\n${headers}\r\n`;
}

export function postJson(body: string, headers = ''): string {
  return `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

/** The status codes of the answers in what came over a connection. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
}
