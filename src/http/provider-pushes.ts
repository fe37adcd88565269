import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../log';
import { OnceEvery } from '../once-every';
import type { PushHandler } from '../sms/provider-push';
import { StoreUnavailableError } from '../store/store';
import { sendError, sendText } from './json-answer';
import { BodyError, readText } from './request-body';

export interface ProviderPushesDependencies {
  /** RECEIPTS_SECRET: any of them opens the paths. */
  secrets: readonly string[];
  /** By kind, which is the path's first part, and provider, which is its last. */
  handlers: Readonly<Record<string, Readonly<Record<string, PushHandler>>>>;
  log: Logger;
  /** ms of a clock that nobody sets. */
  stopwatch: () => number;
}

/** Where a provider may push. */
export interface PushPath {
  kind: string;
  provider: string;
  handle: PushHandler;
}

const PATH = /^\/([a-z]+)\/([^/]+)\/([a-z-]+)$/;
/** Bytes of a push: some hundreds of receipts, which providers send together. */
export const MAX_PUSH_BYTES = 131_072;
/** Pushes that are handled at the same time, which bounds their memory; further ones are told to come again. */
const MAX_AT_ONCE = 64;
const RETRY_AFTER_SECONDS = 5;
/** Least time between two lines about refused pushes of one kind and provider, ms. */
const REFUSED_EVERY_MS = 60_000;

/**
 * What providers tell this server: `POST /{kind}/{secret}/{provider}`. Some sign nothing, so the path has a secret: without it, there is
 * nothing at this path, as at any other.
 */
export class ProviderPushes {
  private readonly digests: readonly Buffer[];
  private readonly refusals: OnceEvery;
  private atOnce = 0;

  constructor(private readonly dependencies: ProviderPushesDependencies) {
    this.digests = dependencies.secrets.map(digest);
    this.refusals = new OnceEvery(REFUSED_EVERY_MS, dependencies.stopwatch);
  }

  /** What is pushed to this path; undefined where there is nothing, or the secret is wrong. */
  find(path: string): PushPath | undefined {
    const [, kind = '', secret = '', provider = ''] = PATH.exec(path) ?? [];
    const { handlers } = this.dependencies;
    if (!Object.hasOwn(handlers, kind) || !this.isSecret(secret)) return undefined;
    const providers = handlers[kind] ?? {};
    const handle = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
    return handle && { kind, provider, handle };
  }

  /** Answers a request whose path `find` knows. */
  answer(path: PushPath, request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      sendError(response, 405, 'METHOD_NOT_ALLOWED', 'Send a POST request.');
      return;
    }
    if (this.atOnce >= MAX_AT_ONCE) {
      comeAgain(request, response, 'Too many at once.');
      return;
    }
    this.atOnce += 1;
    this.deal(path, request, response)
      .catch((error: Error) => this.fail(error, request, response))
      .finally(() => {
        this.atOnce -= 1;
      });
  }

  private async deal(path: PushPath, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers, url: target = '/' } = request;
    const body = await readText(request, response, MAX_PUSH_BYTES);
    const query = new URLSearchParams(target.slice(target.split('?', 1)[0]?.length));
    const answer = await path.handle({ headers, target, query, body });
    if (answer.refused) this.tellRefusal(path, answer.refused);
    if (!response.destroyed) sendText(response, answer.status, answer.contentType, answer.body);
  }

  /** Whoever pushed knows the path: it is the provider, and something is set up wrongly, rather than a stranger. */
  private tellRefusal({ kind, provider }: PushPath, why: string): void {
    if (!this.refusals.isDue(`${kind} ${provider}`)) return;
    this.dependencies.log.warn(
      { kind, provider, why },
      "A provider's push was refused: what it told is lost, unless the provider comes again",
    );
  }

  private fail(error: Error, request: IncomingMessage, response: ServerResponse): void {
    if (response.destroyed) return;
    if (error instanceof StoreUnavailableError) comeAgain(request, response, 'The store could not be reached.');
    else if (error instanceof BodyError) {
      closeUnlessRead(request, response);
      sendError(response, error.status, 'BAD_REQUEST', error.message);
    } else {
      this.dependencies.log.error(
        { stack: error.stack },
        "A provider's push failed by a fault of this server: please report the stack",
      );
      sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'Internal server error');
    }
  }

  /** Compares with every secret, also after one matched, in constant time; hashes make the lengths equal. */
  private isSecret(text: string): boolean {
    const given = digest(text);
    let fits = false;
    for (const secret of this.digests) fits = timingSafeEqual(secret, given) || fits;
    return fits;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** What is left of the body is not worth reading. */
function closeUnlessRead(request: IncomingMessage, response: ServerResponse): void {
  if (!request.complete) response.setHeader('connection', 'close');
}

function comeAgain(request: IncomingMessage, response: ServerResponse, why: string): void {
  closeUnlessRead(request, response);
  response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  sendError(response, 503, 'SERVICE_UNAVAILABLE', why);
}
