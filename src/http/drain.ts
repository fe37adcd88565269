import type { Server } from 'node:http';

/** Stops listening, waits for requests under way, then cuts what is left. */
export async function drain(http: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeIdleConnections();
  // A connection whose answer is out would stay open for the client's next request, seconds longer than the drain takes.
  const sweeper = setInterval(() => http.closeIdleConnections(), 50);
  const timer = setTimeout(() => http.closeAllConnections(), withinMs);
  await closed;
  clearInterval(sweeper);
  clearTimeout(timer);
}
