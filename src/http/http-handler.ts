import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import cors from 'cors';
import sirv from 'sirv';
import type { GraphqlServer } from '../graphql/graphql-server';
import type { Logger } from '../log';
import type { Tracing } from '../observability/tracing';
import { preferredLanguage } from './accept-language';
import { type ClientIds, clientAddress } from './client-address';
import { answerWatcher, type WatchParts } from './monitoring-endpoints';
import { BodyError, readJson } from './request-body';

export interface HttpParts {
  graphql: GraphqlServer;
  clients: ClientIds;
  log: Logger;
  development: boolean;
  trustProxy: number;
  corsOrigins: readonly string[];
  /** The built page; undefined if there is none. */
  webRoot: string | undefined;
  /** What health checks and Prometheus are told. */
  watch: WatchParts;
  /** Puts what answers a request into a trace; undefined where nothing is traced. */
  trace: Tracing['request'] | undefined;
  /** The key set to check tickets with, JSON; undefined where there is none. */
  publicKeys: string | undefined;
  /** The last code that the console sender printed for a mobile; development only. */
  lastCode?(mobile: string): string | undefined;
}

type Next = () => void;

/** Nothing but the page's own files; images and sounds may come as data URIs, which is how captchas do. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const KEYS_MAX_AGE_SECONDS = 300;

const SANDBOX_ORIGINS = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** Answers every HTTP request: /graphql, health, and the page. */
export function createHttpHandler(parts: HttpParts): RequestListener {
  const { development, webRoot, trace } = parts;
  const allowOrigin = corsMiddleware(parts.corsOrigins, development);
  const page = webRoot ? sirv(webRoot, { etag: true, setHeaders: pageHeaders }) : undefined;

  return (request, response) => {
    // A proxy may send the whole address (RFC 9112, 3.2.2).
    if (!request.url?.startsWith('/')) request.url = request.url?.replace(/^https?:\/\/[^/?]*/i, '') || '/';
    const [path = '/', query = ''] = request.url.split('?', 2);
    response.on('error', () => undefined);
    switch (path) {
      case '/graphql':
        return allowOrigin(request, response, () => {
          const run = () => answerGraphql(parts, request, response, query ? `?${query}` : '');
          const answered = trace ? trace(request.headers, run, () => response.statusCode) : run();
          answered.catch((error: Error) => fail(parts, response, error));
        });
      case '/.well-known/jwks.json':
        if (parts.publicKeys) return sendPublicKeys(parts.publicKeys, response);
        break;
      case '/dev/last-sms':
        if (parts.lastCode) return sendLastCode(parts.lastCode, query, response);
        break;
      default:
        if (answerWatcher(parts.watch, path, request, response)) return;
    }
    const notFound = () => sendError(response, 404, 'NOT_FOUND', 'There is nothing here.');
    if (!page || (request.method !== 'GET' && request.method !== 'HEAD')) return notFound();
    // The page's files are small and sent whole, as RFC 9110, 14.2, allows: sirv throws over a range that ends before it starts.
    delete request.headers.range;
    // sirv knows the files of its start and minds no failure: one that is gone since, in a build in place, must not end the process.
    response.once('pipe', (file) => file.once('error', () => response.destroy()));
    page(request, response, notFound);
  };
}

async function answerGraphql(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<void> {
  const { graphql, clients, development, trustProxy } = parts;
  const method = request.method ?? 'GET';
  const forSandbox = development && method === 'GET' && !new URLSearchParams(search).has('query');
  if (method !== 'POST' && !forSandbox) {
    // A GET can be made by a link on any page, and leaves its arguments in logs.
    response.setHeader('allow', 'POST');
    return sendError(response, 405, 'METHOD_NOT_ALLOWED', 'Send a POST request with a JSON body.');
  }
  const { headers } = request;
  let body: unknown;
  try {
    if (method === 'POST') body = await readJson(request);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    // What is left of the body is not worth reading.
    if (!request.complete) response.setHeader('connection', 'close');
    return sendError(response, error.status, 'BAD_REQUEST', error.message);
  }
  const forwardedFor = headers['x-forwarded-for'];
  const address = clientAddress(request.socket.remoteAddress ?? '', forwardedFor?.toString(), trustProxy);
  const answer = await graphql.handle(
    { method, headers, search, body },
    { client: clients.of(address), language: preferredLanguage(headers['accept-language']) },
  );
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    ...answer.headers,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(answer.body),
    'x-content-type-options': 'nosniff',
    ...(development && { 'x-development': '1' }),
  });
  response.end(answer.body);
}

function sendLastCode(lastCode: (mobile: string) => string | undefined, query: string, response: ServerResponse): void {
  const mobile = new URLSearchParams(query).get('mobile') ?? '';
  const code = lastCode(mobile);
  if (code) sendJson(response, 200, { mobile, code });
  else sendError(response, 404, 'NOT_FOUND', 'No code was printed for this mobile.');
}

function sendPublicKeys(keys: string, response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'application/jwk-set+json',
    // Checked tickets need no request each; a new key is known to everybody after this long.
    'cache-control': `public, max-age=${KEYS_MAX_AGE_SECONDS}`,
    'content-length': Buffer.byteLength(keys),
    'x-content-type-options': 'nosniff',
  });
  response.end(keys);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}

/** Every error has the shape of a GraphQL error, so that a client reads one shape only. */
function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { errors: [{ message, extensions: { code } }] });
}

function fail({ log }: HttpParts, response: ServerResponse, error: Error): void {
  log.error({ stack: error.stack }, 'A request failed, which it never should');
  if (response.headersSent) response.destroy();
  else sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
}

function corsMiddleware(
  origins: readonly string[],
  development: boolean,
): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const allowed = [...origins, ...(development ? SANDBOX_ORIGINS : [])];
  const middleware = cors({
    origin: allowed.includes('*') ? '*' : allowed,
    methods: ['POST'],
    credentials: false,
    maxAge: 600,
  });
  return (request, response, next) => {
    // Without an Origin there is nothing to allow, and most traffic of a bot has none.
    if (request.headers.origin === undefined && request.method !== 'OPTIONS') next();
    else middleware(request, response, next);
  };
}

function pageHeaders(response: ServerResponse, path: string): void {
  response.setHeader('content-security-policy', PAGE_POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  // Built files carry a hash of their content in their name.
  const hashed = path.replaceAll('\\', '/').includes('/assets/');
  response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
}
