import type { ServerResponse } from 'node:http';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Every error has the shape of a GraphQL error, so that a client reads one shape only. */
export function errorBody(code: string, message: string): string {
  return `${JSON.stringify({ errors: [{ message, extensions: { code } }] })}\n`;
}

export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendText(response, status, JSON_TYPE, errorBody(code, message));
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  sendText(response, status, JSON_TYPE, `${JSON.stringify(body)}\n`);
}

/** Whole and at once; nobody keeps it, nobody guesses another type. */
export function sendText(response: ServerResponse, status: number, contentType: string, text: string | Buffer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
