import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FileMap, PageFiles, readFiles } from './page-files';

/** Its own files, Apollo Sandbox's script and frame, and requests to this server alone. Editors set styles from scripts. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' https://embeddable-sandbox.cdn.apollographql.com",
  "style-src 'self' 'unsafe-inline'",
  'img-src data:',
  'media-src data:',
  "connect-src 'self'",
  'frame-src https://sandbox.embed.apollographql.com',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What a browser finds at /graphql in development: Apollo Sandbox, or an editor that needs no network. */
export class ExplorerFiles {
  private files: PageFiles | undefined;

  constructor(private readonly root: string) {}

  /** Answers a GET of the page (`/graphql`) or of one of its files below /explorer/; false for anything else. */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (path !== '/graphql' && !path.startsWith('/explorer/')) return false;
    // Most starts are for something else.
    this.files ??= new PageFiles(below('/explorer', readFiles(this.root)), POLICY);
    return this.files.answer(path === '/graphql' ? '/explorer/index.html' : path, request, response);
  }
}

function below(folder: string, files: FileMap): FileMap {
  return new Map([...files].map(([path, whole]) => [`${folder}${path}`, whole]));
}
