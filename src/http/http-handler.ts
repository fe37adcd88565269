import type { RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../log';
import type { Tracing } from '../observability/tracing';
import type { ConfirmPage } from './confirm-page';
import { crossOrigin } from './cross-origin';
import { answerDevelopment, type DevelopmentDependencies } from './development-endpoints';
import { answerGraphql, type GraphqlEndpointDependencies } from './graphql-endpoint';
import { isOwnHost } from './host-check';
import { sendError, sendText } from './json-answer';
import { answerMonitoring, type MonitoringDependencies } from './monitoring-endpoints';
import type { OriginalApi } from './original-api';
import type { ProviderPushes } from './provider-pushes';
import { hasBody } from './request-body';

export interface HttpDependencies extends GraphqlEndpointDependencies {
  log: Logger;
  /** ms of a clock that nobody sets. */
  stopwatch: () => number;
  /** The HOST setting. */
  host: string | undefined;
  corsOrigins: readonly string[];
  /** The built page; undefined if there is none. */
  page: ConfirmPage | undefined;
  /** What health checks and Prometheus are told. */
  monitoring: MonitoringDependencies;
  /** Puts what answers a request into a trace; undefined where nothing is traced. */
  trace: Tracing['request'] | undefined;
  /** The key set to check tickets with, JSON; undefined where there is none. */
  publicKeys: string | undefined;
  /** The original view's interface; undefined where it is off. */
  originalApi: OriginalApi | undefined;
  /** What providers tell this server; undefined where that is off, or stands on METRICS_PORT. */
  pushes: ProviderPushes | undefined;
  /** The schema as text; undefined where nobody may read it. */
  schemaSdl: string | undefined;
  /** What stands below /dev/; undefined in production. */
  developer: DevelopmentDependencies | undefined;
}

const KEYS_MAX_AGE_SECONDS = 300;

/** Answers every HTTP request: /graphql, health, and the page. */
export function createHttpHandler(dependencies: HttpDependencies): RequestListener {
  const { development, developer, host, log, originalApi, page, pushes, stopwatch, trace } = dependencies;
  const allowOrigin = crossOrigin({ origins: dependencies.corsOrigins, development, log, stopwatch });

  return (request, response) => {
    // A proxy may send the whole address (RFC 9112, 3.2.2).
    if (!request.url?.startsWith('/')) request.url = request.url?.replace(/^https?:\/\/[^/?]*\/?/i, '/') ?? '/';
    const [path = '/'] = request.url.split('?', 1);
    // What a person typed may hold another question mark.
    const query = request.url.slice(path.length + 1);
    response.on('error', () => undefined);
    const push = pushes?.find(path);
    // No other request has a body that anybody reads. Node would read any other to its end, to keep the connection.
    const readsBody = request.method === 'POST' && (path === '/graphql' || push !== undefined);
    if (!readsBody && hasBody(request)) response.setHeader('connection', 'close');
    if (development && !isOwnHost(request.headers.host, host)) {
      const names = 'In development only addresses, localhost and the name in HOST are answered.';
      return sendError(response, 403, 'FORBIDDEN', names);
    }
    if (push) return pushes?.answer(push, request, response);
    if (
      developer?.explorer &&
      request.method === 'GET' &&
      !asksByGet(dependencies, query) &&
      developer.explorer.answer(path, request, response)
    )
      return;
    switch (path) {
      case '/graphql':
        return allowOrigin(request, response, () => {
          const run = () => answerGraphql(dependencies, request, response, query ? `?${query}` : '');
          const answered = trace ? trace(request, run, () => response.statusCode) : run();
          answered.catch((error: Error) => fail(dependencies, response, error));
        });
      case '/.well-known/jwks.json':
        if (dependencies.publicKeys) return sendPublicKeys(dependencies.publicKeys, response);
        break;
      case '/schema.graphql':
        if (dependencies.schemaSdl) return sendText(response, 200, 'text/plain; charset=utf-8', dependencies.schemaSdl);
        break;
      default: {
        if (answerMonitoring(dependencies.monitoring, path, request, response)) return;
        const answered = originalApi?.answer(path, query, request, response);
        if (answered) return void answered.catch((error: Error) => fail(dependencies, response, error));
      }
    }
    const answered = developer && answerDevelopment(developer, path, query, response);
    if (answered) {
      answered.catch((error: Error) => fail(dependencies, response, error));
      return;
    }
    if (page?.answer(path, query, request, response)) return;
    sendError(response, 404, 'NOT_FOUND', 'There is nothing here.');
  };
}

/** Whether a GET of /graphql is a request of a program, answered or refused, and not of a person with a browser. */
function asksByGet({ graphql }: HttpDependencies, query: string): boolean {
  return query !== '' && (new URLSearchParams(query).has('query') || graphql.answersGet(query));
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

function fail({ log }: HttpDependencies, response: ServerResponse, error: Error): void {
  log.error({ stack: error.stack }, 'A request failed by a fault of this server: please report the stack');
  if (response.headersSent) response.destroy();
  else sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
}
