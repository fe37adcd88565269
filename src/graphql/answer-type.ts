import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** In order of preference, for those who take any. */
const TYPES = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];

/** Strangers choose these headers: longer ones are read anew each time, so that all together take 20 KB. */
const MAX_REMEMBERED_LENGTH = 200;
const known = new LRUCache<string, string>({ max: 100 });

/** The content type of an answer to a request with this Accept header; undefined where it accepts none that this server has. */
export function answerType(accept = ''): string | undefined {
  // As Apollo Server does: an empty header counts as absent.
  if (accept === '') return TYPES[0];
  const remembered = known.get(accept);
  if (remembered) return remembered;
  const type = new Negotiator({ headers: { accept } }).mediaType(TYPES);
  if (type && accept.length <= MAX_REMEMBERED_LENGTH) known.set(accept, type);
  return type;
}
