import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import type { Logger } from '../log';
import { LoggedOrigins } from './logged-origins';

const SANDBOX_ORIGINS = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];
/** A page that somebody works on, on any port of this machine. */
const OWN_MACHINE = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface CrossOriginOptions {
  /** CORS_ORIGINS; `*` allows any. */
  origins: readonly string[];
  development: boolean;
  log: Logger;
  /** ms of a clock that nobody sets. */
  stopwatch: () => number;
}

/** Tells browsers which pages of other origins may read an answer. */
export function crossOrigin({ origins, development, log, stopwatch }: CrossOriginOptions) {
  const anyOrigin = origins.includes('*');
  const allowed = [...origins, ...(development ? [...SANDBOX_ORIGINS, OWN_MACHINE] : [])];
  const middleware = cors({ origin: anyOrigin ? '*' : allowed, methods: ['POST'], credentials: false, maxAge: 600 });
  const isAllowed = (origin: string) =>
    anyOrigin || allowed.some((each) => (typeof each === 'string' ? each === origin : each.test(origin)));
  const unknown = new LoggedOrigins(stopwatch);

  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const { origin } = request.headers;
    // Without an Origin there is nothing to allow, and most traffic of a bot has none.
    if (origin === undefined && request.method !== 'OPTIONS') {
      next();
      return;
    }
    if (origin !== undefined && !isAllowed(origin) && !isSameOrigin(request, origin)) {
      const told = unknown.toLog(origin);
      if (told !== undefined) {
        log.warn(
          { origin: told },
          'A page of another origin asked and may not read the answer: if it is yours, add its origin to CORS_ORIGINS. Each is logged once an hour, ten at most',
        );
      }
    }
    middleware(request, response, next);
  };
}

/** The page of this very server sends its origin as well. Behind a proxy the Host may be another, which browsers of today make up for. */
function isSameOrigin({ headers }: IncomingMessage, origin: string): boolean {
  return headers['sec-fetch-site'] === 'same-origin' || origin.replace(/^https?:\/\//, '') === headers.host;
}
