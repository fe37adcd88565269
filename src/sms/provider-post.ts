import http from 'node:http';
import https from 'node:https';
import { MAX_ANSWER_BYTES, providerAgent, whenReady } from './provider-socket';

export interface ProviderRequest {
  url: URL;
  headers: Record<string, string>;
  body: string;
  /** Wall-clock limit of the whole exchange, from the look-up of the host to the last byte of the answer. */
  timeoutMs: number;
}

/** An answer, or the name of the failure and whether any byte of the request can have left this machine. */
export type ProviderReply = { status: number; body: string } | { failure: string; sent: boolean };

/**
 * POSTs once: no retry, no redirect followed, never throws. It stands on node:http because fetch cannot tell a connection that
 * never came about from a provider that is silent, and only the former may be handed to another provider.
 */
export function postOnce({ url, headers, body, timeoutMs }: ProviderRequest): Promise<ProviderReply> {
  return new Promise((resolve) => {
    let sent = false;
    const secure = url.protocol === 'https:';
    const request = (secure ? https : http).request(url, {
      method: 'POST',
      agent: providerAgent(secure ? 'https' : 'http'),
      headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) },
    });
    const finish = (reply: ProviderReply) => {
      clearTimeout(deadline);
      resolve(reply);
    };
    const fail = (failure: string) => {
      finish({ failure, sent });
      request.destroy();
    };
    const deadline = setTimeout(() => fail(sent ? 'timeout' : 'connect-timeout'), timeoutMs);

    request.on('socket', (socket) => {
      whenReady(socket, () => {
        sent = true;
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'network'));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_ANSWER_BYTES) fail('unreadable');
        else chunks.push(chunk);
      });
      response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'network'));
      response.on('end', () =>
        finish({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    request.end(body);
  });
}
