import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { GraphqlServer } from '../graphql/graphql-server';
import type { DeviceTokens } from '../tickets/device-tokens';
import { preferredLanguage } from './accept-language';
import { ifWorthReading } from './bounded-header';
import { type ClientIds, clientAddress } from './client-address';
import { sendError } from './json-answer';
import { BodyError, readJson } from './request-body';

export interface GraphqlEndpointDependencies {
  graphql: GraphqlServer;
  clients: ClientIds;
  /** Undefined where no device is trusted. */
  devices: Pick<DeviceTokens, 'deviceOf'> | undefined;
  development: boolean;
  trustProxy: number;
}

/** With the setting of the one common client that sends queries by GET unless it is told otherwise. */
const POST_ONLY = 'Send a POST request with a JSON body (urql: preferGetMethod: false).';

/** Characters that no client needs: Apollo Server reads a Content-Type of 15,000 for a sixth of a second. */
const MAX_TYPE_LENGTH = 200;

/** Answers a request to /graphql. `search` is the query string with its question mark. */
export async function answerGraphql(
  { graphql, clients, devices, development, trustProxy }: GraphqlEndpointDependencies,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<void> {
  const method = request.method ?? 'GET';
  const byHash = method === 'GET' && graphql.answersGet(search);
  if (method !== 'POST' && !byHash) {
    // A GET can be made by a link on any page, and leaves its arguments in logs.
    response.setHeader('allow', 'POST');
    return sendError(response, 405, 'METHOD_NOT_ALLOWED', POST_ONLY);
  }
  const { headers, socket } = request;
  let body: unknown;
  try {
    if ((headers['content-type'] ?? '').length > MAX_TYPE_LENGTH) {
      throw new BodyError(415, `The Content-Type is longer than ${MAX_TYPE_LENGTH} characters.`);
    }
    if (method === 'POST') body = await readJson(request, response);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    // What is left of the body is not worth reading.
    if (!request.complete) response.setHeader('connection', 'close');
    return sendError(response, error.status, 'BAD_REQUEST', error.message);
  }
  // The client is gone: it would not learn what became of a send.
  if (socket.destroyed) return;
  const address = clientAddress(socket.remoteAddress ?? '', headers['x-forwarded-for']?.toString(), trustProxy);
  const answer = await graphql.handle(
    { method, headers: acceptable(headers), search, body },
    {
      client: clients.of(address),
      language: preferredLanguage(headers['accept-language']),
      device: devices?.deviceOf(headers['x-trusted-device']?.toString()),
    },
  );
  if (response.destroyed) return;
  if (development) response.setHeader('x-development', '1');
  const own = {
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(answer.body),
    'x-content-type-options': 'nosniff',
  };
  // Not spread, as in operation-plan.ts. Apollo's own cache-control gives way.
  response.writeHead(answer.status, Object.assign({}, answer.headers, own));
  response.end(answer.body);
}

/** An Accept that is not worth reading counts as absent, which HTTP leaves to the server (RFC 9110, 12.5.1). */
function acceptable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers.accept === ifWorthReading(headers.accept) ? headers : { ...headers, accept: undefined };
}
