import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import type { Logger } from '../log';
import { brandColours } from './brand-colours';
import { LoggedOrigins } from './logged-origins';
import { type FileMap, PageFiles, pagePolicy, readFiles } from './page-files';
import { returnAddress } from './return-address';

export interface ConfirmPageOptions {
  /** The folder of the built page. */
  root: string;
  /** What the page has to know of the server: the fields of VerificationSettings. */
  settings: object;
  returnOrigins: readonly string[];
  name: string | undefined;
  logoFile: string | undefined;
  /** Six hexadecimal digits after a `#`. */
  colour: string | undefined;
  privacyUrl: string | undefined;
  log: Logger;
  /** ms of a clock that nobody sets. */
  stopwatch: () => number;
}

/** What the script of the page reads from `<script id="page-config">`; web/src/page-config.ts has the same shape. */
interface PageConfig {
  settings: object;
  brand: { name?: string; logo?: string; colours?: { light: string; dark: string }; privacyUrl?: string };
  /** Where the ticket goes; null where it stays. */
  handOver: { url: string; state: string | null } | null;
}

const REFUSAL = '/return-refused.html';

/** The page as this server is set up: with its brand, its settings, and what a link to it may ask for. */
export class ConfirmPage {
  private readonly files: PageFiles;
  private readonly index: string;
  private readonly refusal: Buffer;
  private readonly shared: Omit<PageConfig, 'handOver'>;
  private readonly refused: LoggedOrigins;

  /** @throws if the folder or the logo can't be read. */
  constructor(private readonly options: ConfirmPageOptions) {
    const { root, settings, name, logoFile, colour, privacyUrl } = options;
    const files: FileMap = readFiles(root);
    const logo = logoFile && `/logo${extname(logoFile)}`;
    if (logo) files.set(logo, readFileSync(logoFile));
    this.shared = { settings, brand: { name, logo, colours: colour ? brandColours(colour) : undefined, privacyUrl } };
    this.refused = new LoggedOrigins(options.stopwatch);
    this.index = files.get('/index.html')?.toString() ?? '';
    this.refusal = files.get(REFUSAL) ?? Buffer.alloc(0);
    files.delete(REFUSAL);
    files.set('/index.html', Buffer.from(this.withConfig(null)));
    this.files = new PageFiles(files);
  }

  /** Answers a GET or HEAD of the page or of one of its files. Returns false, and has done nothing, for anything else. */
  answer(path: string, query: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (path === '/' || path === '/index.html') {
      const { returnOrigins } = this.options;
      const address =
        request.method === 'GET' || request.method === 'HEAD' ? returnAddress(query, returnOrigins) : undefined;
      if (address && 'refused' in address) return this.refuse(address.refused, request, response);
      if (address) {
        const state = new URLSearchParams(query).get('state');
        const html = Buffer.from(this.withConfig({ url: address.url.href, state }));
        // The answer to the POST may lead on to another of the shop's origins, and browsers hold that to the policy as well.
        const policy = pagePolicy({ formAction: returnOrigins.join(' '), frameAncestors: address.url.origin });
        return send(request, response, 200, html, policy);
      }
    }
    return this.files.answer(path, request, response);
  }

  private withConfig(handOver: PageConfig['handOver']): string {
    const config: PageConfig = { ...this.shared, handOver };
    // Whatever a link holds, it does not end the element (HTML, 4.12.1.3).
    const json = JSON.stringify(config).replaceAll('<', '\\u003c');
    return this.index.replace(
      '</head>',
      () => `<script type="application/json" id="page-config">${json}</script></head>`,
    );
  }

  private refuse(origin: string, request: IncomingMessage, response: ServerResponse): boolean {
    const told = this.refused.toLog(origin);
    if (told !== undefined) {
      this.options.log.warn(
        { origin: told },
        'A link asks the page to return to an origin that is not in RETURN_ORIGINS, and was refused. Each is logged once an hour, ten at most',
      );
    }
    return send(request, response, 400, this.refusal, pagePolicy());
  }
}

/** The page for one visitor: no cache may keep it. */
function send(request: IncomingMessage, response: ServerResponse, status: number, html: Buffer, policy: string): true {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': html.length,
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(request.method === 'HEAD' ? undefined : html);
  return true;
}
