import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** No provider's answer comes near this; a longer one is not read. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** Idle connections are dropped before the usual server does it (5 s), so that a send seldom meets a dying one. */
const IDLE_MS = 4000;

const agents = {
  http: new http.Agent({ keepAlive: true, timeout: IDLE_MS }),
  https: new https.Agent({ keepAlive: true, timeout: IDLE_MS }),
};

/** The connections that all providers share. They don't keep the process alive. */
export function providerAgent(protocol: 'http' | 'https'): http.Agent {
  return agents[protocol];
}

/** Makes an SDK's own agent drop idle connections as ours do; by itself it would keep them for as long as the provider does. */
export function closeWhenIdle(agent: http.Agent | undefined): void {
  // Node reads it whenever a socket falls idle; its types leave `options` out.
  const { options } = (agent ?? {}) as { options?: http.AgentOptions };
  if (options) options.timeout ??= IDLE_MS;
}

/**
 * Calls back when the socket can carry the request's first byte: after the TCP connection, and for TLS after the handshake and
 * the check of the certificate; a socket that is connected already counts at once. As long as it has not called back, the
 * provider cannot have got anything.
 */
export function whenReady(socket: Socket, ready: () => void): void {
  if (socket.connecting) socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', ready);
  else ready();
}

/**
 * Splits an endpoint setting: `https://host`, `http://host:port` (a loopback double) or a bare `host[:port]`, which means https.
 * @throws Error when it is none of these.
 */
export function parseEndpoint(endpoint: string): { protocol: 'http' | 'https'; host: string } {
  const url = new URL(/^\w+:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`);
  if (url.protocol === 'https:' || url.protocol === 'http:') {
    return { protocol: url.protocol === 'https:' ? 'https' : 'http', host: url.host };
  }
  throw new Error('A provider endpoint must start with https:// or http://, or be a plain host');
}
