import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from '../log';
import { JSON_TYPE, sendError, sendText } from './json-answer';
import type { ProviderPushes } from './provider-pushes';

export interface Exposition {
  contentType: string;
  text: string;
}

export interface MonitoringDependencies {
  /** Whether the server can do its work now. */
  ready(): Promise<boolean>;
  /** What /metrics answers; undefined where it is not served. */
  exposition?(openMetrics: boolean): Promise<Exposition>;
  log: Logger;
}

/** How long an exposition is good for everybody who asks, ms. */
const EXPOSITION_MAX_AGE_MS = 1_000;

/**
 * Answers health checks and scrapes: /healthz (the process runs), /readyz (it can do its work) and, where given, /metrics. Returns false,
 * and has done nothing, for any other path.
 */
export function answerMonitoring(
  dependencies: MonitoringDependencies,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { exposition } = dependencies;
  if (path === '/healthz') sendText(response, 200, JSON_TYPE, '{"status":"ok"}\n');
  else if (path === '/readyz') {
    answer(dependencies, response, async () => {
      const ready = await dependencies.ready();
      sendText(response, ready ? 200 : 503, JSON_TYPE, `{"status":"${ready ? 'ready' : 'unavailable'}"}\n`);
    });
  } else if (path === '/metrics' && exposition) {
    answer(dependencies, response, async () => {
      const openMetrics = request.headers.accept?.includes('application/openmetrics-text') ?? false;
      const { contentType, text } = await exposition(openMetrics);
      sendText(response, 200, contentType, text);
    });
  } else return false;
  return true;
}

/** The whole of what METRICS_PORT serves. */
export function createMonitoringHandler(
  dependencies: MonitoringDependencies,
  pushes?: ProviderPushes,
): RequestListener {
  return (request, response) => {
    response.on('error', () => undefined);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const push = pushes?.find(path);
    if (push) pushes?.answer(push, request, response);
    else if (!answerMonitoring(dependencies, path, request, response)) {
      sendError(response, 404, 'NOT_FOUND', 'There is nothing here.');
    }
  };
}

/**
 * Computes an exposition, which takes milliseconds of the event loop, at most once a second in each format, however many ask.
 * @param clock ms; a step of it only makes an exposition come early.
 */
export function atMostOnceASecond(
  exposition: (openMetrics: boolean) => Promise<Exposition>,
  clock: () => number,
): (openMetrics: boolean) => Promise<Exposition> {
  const last = new Map<boolean, { at: number; computed: Promise<Exposition> }>();
  return (openMetrics) => {
    const now = clock();
    const known = last.get(openMetrics);
    if (known && Math.abs(now - known.at) < EXPOSITION_MAX_AGE_MS) return known.computed;
    const computed = exposition(openMetrics);
    last.set(openMetrics, { at: now, computed });
    return computed;
  };
}

function answer({ log }: MonitoringDependencies, response: ServerResponse, work: () => Promise<void>): void {
  work().catch((error: Error) => {
    log.error(
      { stack: error.stack },
      'A monitoring endpoint failed by a fault of this server: please report the stack',
    );
    response.destroy();
  });
}
