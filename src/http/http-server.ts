import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody, sendError } from './json-answer';

/** Time for the headers and the whole of a small body; a client that trickles is cut off. */
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };
/** How long a connection may be idle between two requests: Node's own time. */
const MAX_IDLE_MS = 5_000;
/**
 * The same behind a proxy, which must be the first to close: a request on its way to a closed connection is a 502. Longer than Google's load
 * balancers (600 s) and Cloudflare (900 s) keep theirs; those of AWS, nginx and Caddy take one or two minutes.
 */
const MAX_IDLE_BEHIND_PROXY_MS = 905_000;
/**
 * Header lines: a browser writes 20 of them, proxies some more. Thousands of empty ones would take milliseconds to read, and
 * beyond a thousand Node drops those that a proxy wrote last, X-Forwarded-For among them.
 */
const MAX_HEADER_LINES = 200;
/** Characters of a request's address. Links to the page, and queries by their hash, have some hundreds. */
const MAX_ADDRESS_LENGTH = 4_096;
/** Pipelined requests that may wait on one connection. No browser and no common proxy sends even one. */
const MAX_WAITING = 16;
/** How long a client may take nothing of what was written to it, ms. */
const MAX_UNREAD_MS = 10_000;
/** What all clients together may leave unread, bytes; those who have been slow for longest are cut off first. */
const MAX_UNREAD_BYTES = 32 * 2 ** 20;
const SWEEP_MS = 1_000;

/**
 * An HTTP server that bounds what clients can occupy: pipelined requests, unread bytes, and time. A client that exceeds a bound is
 * disconnected. What is not HTTP is answered in the shape of all errors.
 *
 * @param behindProxy whether proxies alone connect, and use their connections again.
 */
export function createBoundedServer(listener: RequestListener, behindProxy = false): Server {
  const waiting = new WeakMap<Socket, Set<ServerResponse>>();
  const answer: RequestListener = (request, response) => {
    // A response without a socket waits behind another one of its connection.
    if (response.socket === null && !mayWait(waiting, request, response)) return;
    // Before anything reads the headers, which Node sorts only then.
    if (request.rawHeaders.length > 2 * MAX_HEADER_LINES) {
      return refuseAndClose(response, 431, `The request has more than ${MAX_HEADER_LINES} header lines.`);
    }
    if ((request.url ?? '').length > MAX_ADDRESS_LENGTH) {
      return refuseAndClose(response, 414, `The address is longer than ${MAX_ADDRESS_LENGTH} characters.`);
    }
    // RFC 9112, 3.2.
    if (request.headers.host === undefined && request.httpVersion !== '1.0') {
      return refuseAndClose(response, 400, 'The request names no Host.');
    }
    listener(request, response);
  };
  const keepAliveTimeout = behindProxy ? MAX_IDLE_BEHIND_PROXY_MS : MAX_IDLE_MS;
  // A request without a Host is refused above, in the shape of all errors: Node would send no body.
  const server = createServer({ ...TIMEOUTS, keepAliveTimeout, requireHostHeader: false }, answer);
  // The listener asks for the body where it wants one: see readJson.
  server.on('checkContinue', answer);
  server.on('checkExpectation', (_, response: ServerResponse) => {
    refuseAndClose(response, 417, 'The only expectation that is met is 100-continue.');
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuse(error, socket));
  cutOffWhoDoesNotRead(server, waiting);
  return server;
}

function refuseAndClose(response: ServerResponse, status: number, message: string): void {
  response.setHeader('connection', 'close');
  sendError(response, status, 'BAD_REQUEST', message);
}

/** Whether a pipelined request is to be answered; if not, its connection is gone. */
function mayWait(
  waiting: WeakMap<Socket, Set<ServerResponse>>,
  { socket }: IncomingMessage,
  response: ServerResponse,
): boolean {
  // Node's parser goes on with what it has already received.
  if (socket.destroyed) return false;
  const responses = waiting.get(socket) ?? new Set();
  if (responses.size >= MAX_WAITING) {
    socket.destroy();
    return false;
  }
  waiting.set(socket, responses.add(response));
  response.once('close', () => responses.delete(response));
  return true;
}

function cutOffWhoDoesNotRead(server: Server, waiting: WeakMap<Socket, Set<ServerResponse>>): void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  /** Since when a connection has had something unread at every look, oldest first. */
  const unreadSince = new Map<Socket, number>();
  const sweeper = setInterval(() => {
    const now = performance.now();
    for (const socket of unreadSince.keys()) if (socket.writableLength === 0) unreadSince.delete(socket);
    let total = 0;
    for (const socket of sockets) {
      if (socket.writableLength === 0) continue;
      if (!unreadSince.has(socket)) unreadSince.set(socket, now);
      total += unread(socket, waiting);
    }
    for (const [socket, since] of unreadSince) {
      if (now - since < MAX_UNREAD_MS && total <= MAX_UNREAD_BYTES) break;
      total -= unread(socket, waiting);
      unreadSince.delete(socket);
      socket.destroy();
    }
  }, SWEEP_MS);
  sweeper.unref();
  server.once('close', () => clearInterval(sweeper));
}

function unread(socket: Socket, waiting: WeakMap<Socket, Set<ServerResponse>>): number {
  let bytes = socket.writableLength;
  // Waiting responses are not written to the socket yet, so its own count lacks them.
  for (const response of waiting.get(socket) ?? []) bytes += response.writableLength;
  return bytes;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
};
const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers what Node's parser refuses. Every answer is written whole, so this one never falls into the middle of another. */
function refuse({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUSES[code] ?? 400;
  const body = errorBody('BAD_REQUEST', `${REASONS[status]}.`);
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status]}`,
    'content-type: application/json; charset=utf-8',
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
