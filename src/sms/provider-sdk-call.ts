import { AsyncLocalStorage } from 'node:async_hooks';
import diagnosticsChannel from 'node:diagnostics_channel';
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { closeWhenIdle, MAX_ANSWER_BYTES, whenReady } from './provider-socket';

/**
 * What an SDK call came to: its answer, or what it threw (nothing when it was cut off), the name of the failure as the wire shows
 * it, and whether any byte of the request can have left this machine.
 */
export type SdkReply<T> = { answer: T } | { error?: unknown; failure: string; sent: boolean };

/** By how much an SDK's own time-outs should come after ours: they can't tell a slow connection from a slow answer. */
export const SDK_MARGIN_MS = 250;

type Unpack = (packed: Buffer, options: { maxOutputLength: number }) => Buffer;

/** Content codings (RFC 9110, 8.4.1). Some servers leave out the frame of zlib that `deflate` has. */
const UNPACK: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['identity', (plain) => plain],
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', (packed, options) => (((packed[0] ?? 0) & 15) === 8 ? inflateSync : inflateRawSync)(packed, options)],
  ['br', brotliDecompressSync],
]);

/** What is known of the HTTP request of one SDK call. */
interface RequestTracker {
  request?: ClientRequest;
  /** True until a request is seen that waits for its connection: what was not seen may have been sent. */
  sent: boolean;
  /** The caller has its reply. */
  over: boolean;
  /** How the exchange failed on the wire. */
  failure?: string;
  /** Ends the call at once. */
  cut(failure: string): void;
}

const trackers = new AsyncLocalStorage<RequestTracker>();

// The SDKs hide their sockets and lose the error codes of the network, so Node's diagnostics channel tells which request they make. Should the
// channel ever stay silent, every failure counts as `sent`, which errs on the safe side.
let listening = false;
function listen(): void {
  if (listening) return;
  listening = true;
  diagnosticsChannel.subscribe('http.client.request.start', (event) => {
    const tracker = trackers.getStore();
    if (tracker) trackRequest(tracker, (event as { request: ClientRequest }).request);
  });
}

/**
 * Runs one call of a provider's SDK within `timeoutMs` of wall-clock time, body included, and cuts the connection when the time is
 * up. Redirects are not followed, answers over 64 KB are not read, packed or unpacked, and one that breaks off ends the call at once, whatever the SDK
 * would do. Never throws.
 */
export async function callSdk<T>(call: () => Promise<T>, timeoutMs: number): Promise<SdkReply<T>> {
  listen();
  let deadline: NodeJS.Timeout | undefined;
  const tracker: RequestTracker = { sent: true, over: false, cut: () => undefined };
  const cutOff = new Promise<SdkReply<T>>((resolve) => {
    tracker.cut = (failure) => {
      resolve({ failure, sent: tracker.sent });
      tracker.request?.destroy();
    };
    deadline = setTimeout(() => tracker.cut(tracker.sent ? 'timeout' : 'connect-timeout'), timeoutMs);
  });
  const answered = trackers.run(tracker, async (): Promise<SdkReply<T>> => {
    try {
      return { answer: await call() };
    } catch (error) {
      return { error, failure: tracker.failure ?? 'unreadable', sent: tracker.sent };
    }
  });
  try {
    return await Promise.race([answered, cutOff]);
  } finally {
    tracker.over = true;
    clearTimeout(deadline);
  }
}

function trackRequest(tracker: RequestTracker, request: ClientRequest): void {
  // One call, one request: a retry, or a request that comes only after the time is up, is dropped.
  if (tracker.request || tracker.over) {
    request.destroy();
    return;
  }
  tracker.request = request;
  closeWhenIdle((request as ClientRequest & { agent?: Agent }).agent);
  const { socket } = request;
  if (socket) {
    tracker.sent = false;
    whenReady(socket, () => {
      tracker.sent = true;
    });
  }
  request.on('error', (error: NodeJS.ErrnoException) => {
    tracker.failure ??= error.code ?? 'network';
  });
  // Before the SDK's own listener: what it does not see it cannot follow.
  request.prependListener('response', (response) => readHead(tracker, response));
}

function readHead(tracker: RequestTracker, response: IncomingMessage): void {
  const { statusCode = 0, headers } = response;
  if (statusCode < 200 || statusCode > 299) tracker.failure = `http-${statusCode}`;
  delete headers.location;
  if (Number(headers['content-length'] ?? 0) > MAX_ANSWER_BYTES) tracker.cut('unreadable');
  const encoding = headers['content-encoding'];
  const unpacked = UNPACK.get(encoding?.trim().toLowerCase() ?? '');
  if (encoding !== undefined && !unpacked) tracker.cut('unreadable');
  // The SDK would unpack whatever comes, and a few bytes can hold gigabytes.
  delete headers['content-encoding'];
  // A listener for data would take the body away from an SDK that starts to read later, so the bytes are counted as they arrive.
  const push = response.push.bind(response);
  const packed: Buffer[] = [];
  let bytes = 0;
  response.push = (chunk: Buffer | null, encodedAs?: BufferEncoding) => {
    bytes += chunk?.length ?? 0;
    if (bytes > MAX_ANSWER_BYTES) tracker.cut('unreadable');
    if (!unpacked) return push(chunk, encodedAs);
    if (chunk) {
      packed.push(chunk);
      return true;
    }
    try {
      push(unpacked(Buffer.concat(packed), { maxOutputLength: MAX_ANSWER_BYTES }));
    } catch {
      tracker.cut('unreadable');
    }
    return push(null);
  };
  response.on('error', (error: NodeJS.ErrnoException) => {
    tracker.failure ??= error.code ?? 'network';
  });
  response.on('close', () => {
    if (!response.complete) tracker.cut(tracker.failure ?? 'ECONNRESET');
  });
}
