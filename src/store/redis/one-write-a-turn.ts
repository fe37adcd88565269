import { Redis } from 'ioredis';
import type { RedisClient } from './redis-client';

/**
 * Holds back what a client writes, from a call of this function until the event loop has read all sockets: what is asked for in one turn
 * goes out in one write. The library's own way, auto-pipelining, makes a pipeline and six promises for that.
 */
export function oneWriteATurn(client: RedisClient): () => void {
  // A cluster has a connection for each server.
  if (!(client instanceof Redis)) return () => undefined;
  let held: Redis['stream'] | undefined;
  const release = () => {
    held?.uncork();
    held = undefined;
  };
  return () => {
    if (held || !client.stream) return;
    held = client.stream;
    held.cork();
    setImmediate(release);
  };
}
