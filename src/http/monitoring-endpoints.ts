import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../log';

export interface WatchParts {
  /** Whether the server can do its work now. */
  ready(): Promise<boolean>;
  /** What /metrics answers; undefined where it is not served. */
  exposition?(openMetrics: boolean): Promise<{ contentType: string; text: string }>;
  log: Logger;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Answers what those who watch over the server ask for: /healthz (the process runs), /readyz (it can do its work) and, where given,
 * /metrics. Returns false, and has done nothing, for any other path.
 */
export function answerWatcher(
  parts: WatchParts,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { exposition } = parts;
  if (path === '/healthz') send(response, 200, JSON_TYPE, '{"status":"ok"}\n');
  else if (path === '/readyz') {
    answer(parts, response, async () => {
      const ready = await parts.ready();
      send(response, ready ? 200 : 503, JSON_TYPE, `{"status":"${ready ? 'ready' : 'unavailable'}"}\n`);
    });
  } else if (path === '/metrics' && exposition) {
    answer(parts, response, async () => {
      const { contentType, text } = await exposition(
        request.headers.accept?.includes('application/openmetrics-text') ?? false,
      );
      send(response, 200, contentType, text);
    });
  } else return false;
  return true;
}

/** The whole of what METRICS_PORT serves. */
export function createWatchHandler(parts: WatchParts): RequestListener {
  return (request, response) => {
    response.on('error', () => undefined);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (!answerWatcher(parts, path, request, response)) {
      send(response, 404, JSON_TYPE, '{"errors":[{"message":"There is nothing here."}]}\n');
    }
  };
}

function answer({ log }: WatchParts, response: ServerResponse, work: () => Promise<void>): void {
  work().catch((error: Error) => {
    log.error({ stack: error.stack }, 'A question of a watcher failed, which it never should');
    response.destroy();
  });
}

function send(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
