import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** How a stand-in treats a well-signed, well-formed request. A bad one always gets the provider's own complaint. */
export type StandInMode =
  /** Takes the message and says so. */
  | 'accept'
  /** Refuses with the provider's usual code of that class; `{ code }` picks any other code. */
  | 'refuse'
  | 'throttle'
  | 'misconfigured'
  | 'system-error'
  | { code: string }
  /** Takes the message, and says with this HTTP status what `failure(code)` says: a proxy's answer, or a server's that broke. */
  | { code: string; status: number }
  /** Takes the message, and says this instead, with HTTP 200. */
  | { body: string }
  /** Takes the message under this id. */
  | { messageId: string }
  /** Takes the message and never answers. */
  | 'hang-after-accept'
  /** Takes the message and sends headers and half of the answer, then nothing. */
  | 'hang-mid-answer'
  /** Takes the message and cuts the connection before the answer, or in the middle of it: by a reset, or politely. */
  | 'reset'
  | 'reset-mid-answer'
  | 'end-mid-answer'
  /** Takes the message, then fails: HTTP 500, no JSON, far too much JSON (its length told or not), a redirect to another path, no HTTP at all. */
  | 'http-500'
  | 'garbage'
  | 'huge'
  | 'huge-chunked'
  | 'redirect'
  | 'no-http';

export interface StandInMessage {
  mobile: string;
  code: string;
  /** The id by which the sender names the message to the provider. */
  id: string;
}

export interface StandInRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface StandInAnswer {
  status: number;
  body: string;
}

/** What a provider would check and say; everything else of a stand-in is the same for all. */
export interface StandInProvider {
  /** The message of a request that the provider would take, or the code by which it would turn it down. */
  receive(request: StandInRequest): { message: StandInMessage } | { complaint: string };
  success(message: StandInMessage, messageId?: string): StandInAnswer;
  failure(code: string, message?: StandInMessage): StandInAnswer;
  codes: Record<'refuse' | 'throttle' | 'misconfigured' | 'system-error', string>;
}

export interface StandIn {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  /** Every request that arrived, oldest first, with the provider's complaint if it had one. */
  readonly requests: (StandInRequest & { complaint?: string })[];
  /** Every message that was taken, answered or not: what real people would have received. */
  readonly accepted: StandInMessage[];
  /** Connections that are open now, idle ones included. */
  connections(): number;
  /** From the next request on; at first `accept` without latency. */
  behave(mode: StandInMode | ((message: StandInMessage) => StandInMode), options?: { latencyMs?: number }): void;
  close(): Promise<void>;
}

/** Starts a provider's loopback double. `port` 0 takes any free one. */
export async function startStandIn(provider: StandInProvider, port = 0): Promise<StandIn> {
  const requests: StandIn['requests'] = [];
  const accepted: StandInMessage[] = [];
  let modeFor: (message: StandInMessage) => StandInMode = () => 'accept';
  let latencyMs = 0;

  // Connections stay open until the sender lets go of them.
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('error', () => response.destroy());
    incoming.on('end', () => {
      const request = parseRequest(incoming, Buffer.concat(chunks).toString('utf8'));
      const reply = decide(request);
      if (latencyMs > 0) setTimeout(reply, latencyMs, response, incoming.socket);
      else reply(response, incoming.socket);
    });
  });

  function decide(request: StandInRequest): (response: http.ServerResponse, socket: Socket) => void {
    const received = provider.receive(request);
    if ('complaint' in received) {
      requests.push({ ...request, complaint: received.complaint });
      return (response) => {
        answer(response, provider.failure(received.complaint));
      };
    }
    requests.push(request);
    const { message } = received;
    const mode = modeFor(message);
    const refusal = refusalCode(mode, provider);
    if (refusal !== undefined) return (response) => answer(response, provider.failure(refusal, message));
    accepted.push(message);
    if (typeof mode === 'object' && 'status' in mode) {
      const { body } = provider.failure(mode.code, message);
      return (response) => answer(response, { status: mode.status, body });
    }
    if (typeof mode === 'object' && 'body' in mode)
      return (response) => answer(response, { status: 200, body: mode.body });
    if (typeof mode === 'object' && 'messageId' in mode) {
      return (response) => answer(response, provider.success(message, mode.messageId));
    }
    return (response, socket) => play(mode, provider.success(message), response, socket);
  }

  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    accepted,
    connections: () => sockets.size,
    behave: (next, options = {}) => {
      modeFor = typeof next === 'function' ? next : () => next;
      latencyMs = options.latencyMs ?? 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseRequest(incoming: http.IncomingMessage, body: string): StandInRequest {
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  const { method = '', headers } = incoming;
  return { method, path, query: new URLSearchParams(query), headers, body };
}

function refusalCode(mode: StandInMode, { codes }: StandInProvider): string | undefined {
  if (typeof mode === 'object') return 'code' in mode && !('status' in mode) ? mode.code : undefined;
  return mode in codes ? codes[mode as keyof typeof codes] : undefined;
}

const JSON_HEADERS = { 'Content-Type': 'application/json;charset=utf-8' };

function answer(response: http.ServerResponse, { status, body }: StandInAnswer): void {
  response.writeHead(status, { ...JSON_HEADERS, 'Content-Length': Buffer.byteLength(body) }).end(body);
}

/** 1 MB before the answer. */
function padded(body: string): string {
  return `{"padding":"${'x'.repeat(2 ** 20)}",${body.slice(1)}`;
}

/** Plays what happens to a message that was taken. */
function play(mode: StandInMode, success: StandInAnswer, response: http.ServerResponse, socket: Socket): void {
  const half = () =>
    response
      .writeHead(200, { ...JSON_HEADERS, 'Content-Length': Buffer.byteLength(success.body) })
      .write(success.body.slice(0, success.body.length / 2));
  if (mode === 'hang-mid-answer') half();
  else if (mode === 'reset') socket.resetAndDestroy();
  else if (mode === 'reset-mid-answer') {
    half();
    setTimeout(() => socket.resetAndDestroy(), 20);
  } else if (mode === 'end-mid-answer') {
    half();
    setTimeout(() => socket.end(), 20);
  } else if (mode === 'http-500') answer(response, { status: 500, body: success.body });
  else if (mode === 'garbage') answer(response, { status: 200, body: '<html>busy</html>' });
  else if (mode === 'huge') answer(response, { status: 200, body: padded(success.body) });
  else if (mode === 'huge-chunked') {
    response.writeHead(200, JSON_HEADERS).write('{');
    response.end(padded(success.body).slice(1));
  } else if (mode === 'redirect') response.writeHead(307, { Location: '/elsewhere' }).end();
  else if (mode === 'no-http') socket.end('220 not a web server\r\n');
  else if (mode !== 'hang-after-accept') answer(response, success);
}
