import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes of a request body. A full introspection query has about 2,500. */
export const MAX_BODY_BYTES = 16_384;

/** Parts that a body may come in: each costs some microseconds, and one of a byte is none that a client or proxy sends. */
const MAX_PARTS = 2_000;

/** A body that is refused, and the HTTP status that says so. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  constructor(
    readonly status: 400 | 413 | 415,
    message: string,
  ) {
    super(message);
  }
}

/** Whether a request announces a body, read or not. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * The JSON of a request, or undefined if it isn't sent as application/json: no other type may be read as JSON, since a form on any
 * page can send those without being asked.
 * @throws BodyError
 */
export async function readJson(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  const text = await readText(request, response, MAX_BODY_BYTES);
  if (!isJson) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new BodyError(400, 'The body is not valid JSON.');
  }
}

/**
 * The body of a request as text. A client that waits for it is told to go on (100-continue).
 * @throws BodyError
 */
export function readText(request: IncomingMessage, response: ServerResponse, maxBytes: number): Promise<string> {
  const { headers } = request;
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    return Promise.reject(new BodyError(415, 'Compressed bodies are not read.'));
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  // Node lets nothing else through.
  if (headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.pause();
        reject(tooLarge(maxBytes));
      } else if (chunks.length >= MAX_PARTS) {
        request.pause();
        reject(new BodyError(413, `The body comes in more than ${MAX_PARTS} parts.`));
      } else {
        chunks.push(chunk);
      }
    });
    request.on('error', () => reject(new BodyError(400, 'The request broke off.')));
    request.on('end', () => resolve((chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)).toString()));
  });
}

function tooLarge(maxBytes: number): BodyError {
  return new BodyError(413, `The body is larger than ${maxBytes} bytes.`);
}
