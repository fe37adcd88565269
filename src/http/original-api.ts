import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import { checkedArguments } from '../graphql/arguments';
import type { Client } from '../limits/rules';
import { MAINLAND_NUMBERING } from '../sms/numbering';
import type { CaptchaService } from '../verification/captcha-service';
import type { Observer } from '../verification/events';
import { errmsg, type Operation, Reason } from '../verification/reasons';
import type { SmsCodeService } from '../verification/sms-code-service';
import { preferredLanguage } from './accept-language';
import { type ClientIds, clientAddress } from './client-address';
import { JSON_TYPE, sendError, sendText } from './json-answer';
import type { Dialect } from './original-dialects';

export interface OriginalApiDependencies {
  dialect: Dialect;
  captchas: CaptchaService;
  smsCodes: SmsCodeService;
  clients: ClientIds;
  trustProxy: number;
  corsOrigins: readonly string[];
  observe: Observer;
}

/** Every front end's spelling of the two paths; the copies differ in nothing that could be mistaken for another. */
const PATH = /^(?:\/verifications)?\/(image|sms)_?codes?\/([^/]+)\/?$/;
const ANSWER_NAMES = ['image_code', 'img_code', 'text'];
const UUID_NAMES = ['uuid', 'uid', 'image_code_id'];
/** Pages make a UUID, or a time with a random number: nothing that a key, a log line or a pattern could be broken with. */
const UUID = /^[\w-]{8,64}$/;

/**
 * The interface of the original view, for front ends that were written for it: GET /image_codes/{uuid}/ and
 * GET /sms_codes/{mobile}/?image_code=&uuid=, over the services that GraphQL has. A GET can be made by any page and by any link, so only
 * pages of this server's own origin and of CORS_ORIGINS are answered.
 */
export class OriginalApi {
  private readonly allowOrigin: ReturnType<typeof cors>;

  constructor(private readonly dependencies: OriginalApiDependencies) {
    const anyOrigin = dependencies.corsOrigins.includes('*');
    this.allowOrigin = cors({
      origin: anyOrigin ? '*' : [...dependencies.corsOrigins],
      methods: ['GET'],
      // Pages of some copies send cookies along, and a browser then wants to be told that it may. Nothing here reads or sets one.
      credentials: !anyOrigin,
      maxAge: 600,
    });
  }

  /** Answers a request for one of its paths; undefined, and nothing done, for any other path. `query` is without question mark. */
  answer(path: string, query: string, request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    const [, kind, subject] = PATH.exec(path) ?? [];
    if (!subject) return undefined;
    // The address holds a mobile.
    response.setHeader('referrer-policy', 'no-referrer');
    if (request.headers.origin !== undefined || request.method === 'OPTIONS') {
      let answered = true;
      this.allowOrigin(request, response, () => {
        answered = false;
      });
      if (answered) return Promise.resolve();
    }
    if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      return refuse(response, 405, 'METHOD_NOT_ALLOWED', 'Send a GET request.');
    }
    if (!isFromKnownPage(request.headers, this.dependencies.corsOrigins, kind === 'image')) {
      return refuse(response, 403, 'FORBIDDEN', 'Only pages of this origin and of CORS_ORIGINS are answered.');
    }
    // The client is gone: it would not learn what became of a send.
    if (request.socket.destroyed) return Promise.resolve();
    return kind === 'image'
      ? this.sendPicture(subject, request, response)
      : this.sendSmsCode(subject, new URLSearchParams(query), request, response);
  }

  private async sendPicture(uuid: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { captchas, dialect } = this.dependencies;
    if (!UUID.test(uuid)) {
      return refuse(response, 400, 'BAD_REQUEST', 'An id has 8 to 64 letters, digits, hyphens and underscores.');
    }
    const result = await this.observed('imageCaptcha', () =>
      captchas.issuePicture(uuid, dialect.captchaLength, this.client(request)),
    );
    if (response.destroyed) return;
    if (result === 'taken') return refuse(response, 409, 'CONFLICT', 'A captcha of this id is alive.');
    if (result.picture) return sendText(response, 200, 'image/png', result.picture);
    const text = errmsg(result.reason, 'imageCaptcha', languageOf(request));
    if (result.retryAfter !== undefined) response.setHeader('retry-after', result.retryAfter);
    sendError(response, result.reason === Reason.QUOTA_EXCEEDED ? 429 : 503, result.reason, text);
  }

  private async sendSmsCode(
    mobile: string,
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { smsCodes, dialect } = this.dependencies;
    const language = languageOf(request);
    const args = {
      mobile,
      imageCode: firstOf(query, ANSWER_NAMES),
      uuid: firstOf(query, UUID_NAMES),
      purpose: 'REGISTER' as const,
    };
    const checked = checkedArguments(args, MAINLAND_NUMBERING);
    const malformed = UUID.test(args.uuid) ? undefined : Reason.CAPTCHA_EXPIRED;
    const refused = 'reason' in checked ? checked.reason : malformed;
    const { reason } = await this.observed('sendSmsCode', async () =>
      refused ? { reason: refused } : smsCodes.send(args, { client: this.client(request), language }),
    );
    if (response.destroyed) return;
    const { status, body } = dialect.answer(reason, errmsg(reason, 'sendSmsCode', language));
    sendText(response, status, JSON_TYPE, `${JSON.stringify(body)}\n`);
  }

  private client({ headers, socket }: IncomingMessage): Client {
    const { clients, trustProxy } = this.dependencies;
    return clients.of(clientAddress(socket.remoteAddress ?? '', headers['x-forwarded-for']?.toString(), trustProxy));
  }

  /** Reports a call to observers as the same call over GraphQL is. */
  private async observed<T extends { reason: Reason } | 'taken'>(
    operation: Operation,
    call: () => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    let reason: Reason | 'ERROR' | undefined = 'ERROR';
    try {
      const result = await call();
      reason = result === 'taken' ? undefined : result.reason;
      return result;
    } finally {
      const durationMs = performance.now() - started;
      if (reason) this.dependencies.observe({ type: 'operation-answered', operation, reason, durationMs });
    }
  }
}

/**
 * Whether a browser sent this for a page of our own origin or of an allowed one. What a page's script fetches from elsewhere has an Origin;
 * an <img> has none, and is known by its Referer, which a page can leave out and can't forge. Browsers tell Sec-Fetch-Site only to https://
 * and localhost (Fetch Metadata, W3C): over plain http:// the Referer stands in for it. A message is for scripts alone to ask for.
 */
function isFromKnownPage(headers: IncomingHttpHeaders, origins: readonly string[], isPicture: boolean): boolean {
  const allows = (origin: string) => origins.includes('*') || origins.includes(origin);
  const site = headers['sec-fetch-site'];
  // Strangers' pictures and links may stand on our own pages: each who looks at one would ask for a message in the stranger's stead.
  if (!isPicture && (headers['sec-fetch-dest'] ?? 'empty') !== 'empty') return false;
  if (site === 'same-origin') return true;
  if (headers.origin !== undefined) return allows(headers.origin);
  // Of an address of any length no more than the origin is looked at, which is as long as a name of the DNS and a port at most.
  const referer = /^https?:\/\/[^/?#]{1,300}(?=[/?#]|$)/i.exec(headers.referer ?? '')?.[0];
  if (!referer || !URL.canParse(referer) || (site !== undefined && !isPicture)) return false;
  const { origin, host } = new URL(referer);
  return allows(origin) || (site === undefined && host === headers.host);
}

function firstOf(query: URLSearchParams, names: readonly string[]): string {
  for (const name of names) {
    const value = query.get(name);
    if (value?.trim()) return value;
  }
  return '';
}

function languageOf(request: IncomingMessage) {
  return preferredLanguage(request.headers['accept-language']);
}

async function refuse(response: ServerResponse, status: number, code: string, message: string): Promise<void> {
  sendError(response, status, code, message);
}
