import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './redis-client';

/** The package by which ioredis computes slots; it has no types. */
const calculateSlot: (key: string) => number = require('cluster-key-slot');

/** A primary by the name under which its clock is kept. */
export interface RedisNode {
  name: string;
  node: Redis;
}

/** Which servers stand behind a client: each has a clock of its own. */
export interface RedisNodes {
  primaryOf(key: string): RedisNode;
  primaries(): RedisNode[];
  /** Resolves if keys are served. */
  ping(): Promise<unknown>;
}

export function redisNodes(client: RedisClient): RedisNodes {
  if (!(client instanceof Cluster)) {
    const only = { name: '', node: client };
    return { primaryOf: () => only, primaries: () => [only], ping: () => client.ping() };
  }
  const nameOf = ({ options: { host, port } }: Redis) => `${host}:${port}`;
  const primaries = () => client.nodes('master').map((node) => ({ name: nameOf(node), node }));
  return {
    primaries,
    primaryOf(key) {
      const name = client.slots[calculateSlot(key)]?.[0];
      const known = primaries();
      const found = known.find((primary) => primary.name === name) ?? known[0];
      // Between two looks at the cluster's table there may be no primary; a command then fails by itself.
      return found ?? { name: name ?? '', node: client as unknown as Redis };
    },
    // In a cluster PING asks any node and is answered even when slots are not served; what names a key is not.
    ping: () => client.exists('ping'),
  };
}
