import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompress, gzip } from 'node:zlib';
import Negotiator from 'negotiator';
import { ifWorthReading } from './bounded-header';

/** Allows the page's own files alone, and data URIs for images and sounds, which captchas are. */
export function pagePolicy({ formAction = "'none'", frameAncestors = "'none'" } = {}): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    `form-action ${formAction}`,
    `frame-ancestors ${frameAncestors}`,
  ].join('; ');
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.ico': 'image/x-icon',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.woff2': 'font/woff2',
};

/** In order of our preference, which is what decides among those that a client takes. */
const ENCODINGS = ['br', 'gzip', 'identity'] as const;
type Encoding = (typeof ENCODINGS)[number];
/** How files that a build compressed are called (web/vite.config.mts). */
const COMPRESSED = { br: '.br', gzip: '.gz' } as const;

/** A file as it is sent under one content encoding. */
interface Form {
  body: Buffer;
  etag: string;
  headers: OutgoingHttpHeaders;
}

type PageFile = Partial<Record<Encoding, Form>> & { identity: Form };

/** Contents by path, such as `/index.html`. */
export type FileMap = Map<string, Buffer>;

/** @throws if `root` is no folder that can be read. */
export function readFiles(root: string): FileMap {
  const files: FileMap = new Map();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    files.set(`/${relative(root, file).split(sep).join('/')}`, readFileSync(file));
  }
  return files;
}

/**
 * The built page, read once: a request opens no file, and all clients share one copy in memory, also those that read slowly. A page that
 * is built again is served after the next start.
 */
export class PageFiles {
  private readonly files = new Map<string, PageFile>();

  constructor(files: FileMap, policy = pagePolicy()) {
    for (const [path, whole] of files) {
      if (isCompressed(path, files)) continue;
      const built = { br: files.get(path + COMPRESSED.br), gzip: files.get(path + COMPRESSED.gzip) };
      this.files.set(path, inAllForms(path, whole, built, policy));
    }
    const index = this.files.get('/index.html');
    if (index) this.files.set('/', index);
  }

  /** Answers a GET or HEAD of one of the files. Returns false, and has done nothing, for anything else. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const file = this.files.get(path);
    if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
    const { body, etag, headers } = chosenForm(file, ifWorthReading(request.headers['accept-encoding']?.toString()));
    // A range is not looked at: the files are small and sent whole, as RFC 9110, 14.2, allows.
    if (holds(ifWorthReading(request.headers['if-none-match']), etag)) {
      const { 'content-length': _, ...rest } = headers;
      response.writeHead(304, rest).end();
    } else {
      response.writeHead(200, headers);
      response.end(request.method === 'HEAD' ? undefined : body);
    }
    return true;
  }
}

/** Whether it is another file as a build compressed it, which has no path of its own. */
function isCompressed(path: string, files: FileMap): boolean {
  return Object.values(COMPRESSED).some((end) => path.endsWith(end) && files.has(path.slice(0, -end.length)));
}

function inAllForms(
  path: string,
  whole: Buffer,
  built: Partial<Record<keyof typeof COMPRESSED, Buffer>>,
  policy: string,
): PageFile {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const compressible = /^text\/|json|svg/.test(type);
  const hash = createHash('sha256').update(whole).digest('base64url').slice(0, 22);
  const form = (encoding: Encoding, body: Buffer): Form => {
    const etag = encoding === 'identity' ? `"${hash}"` : `"${hash}-${encoding}"`;
    const headers = {
      'content-type': type,
      'content-length': body.length,
      ...(encoding !== 'identity' && { 'content-encoding': encoding }),
      ...(compressible && { vary: 'accept-encoding' }),
      etag,
      // Built files carry a hash of their content in their name.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    };
    return { body, etag, headers };
  };
  const file: PageFile = { identity: form('identity', whole) };
  if (!compressible) return file;
  const add = (encoding: keyof typeof COMPRESSED, body: Buffer) => {
    if (body.length < whole.length) file[encoding] = form(encoding, body);
  };
  if (built.br) add('br', built.br);
  if (built.gzip) add('gzip', built.gzip);
  // What only this server knows is small; it is compressed on another thread, and until then it is sent as it is.
  if (!built.br) brotliCompress(whole, (error, brotli) => !error && add('br', brotli));
  if (!built.gzip) gzip(whole, { level: 9 }, (error, gzipped) => !error && add('gzip', gzipped));
  return file;
}

function chosenForm(file: PageFile, accepted: string | undefined): Form {
  if (accepted === undefined || (!file.br && !file.gzip)) return file.identity;
  const takes = new Negotiator({ headers: { 'accept-encoding': accepted } }).encodings([...ENCODINGS]);
  for (const encoding of ENCODINGS) {
    const form = file[encoding];
    if (form && takes.includes(encoding)) return form;
  }
  // A client that accepts no encoding, not even the plain file, gets the plain file (RFC 9110, 12.5.3).
  return file.identity;
}

/** Whether an If-None-Match header names this entity tag; weak ones count (RFC 9110, 13.1.2). */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
