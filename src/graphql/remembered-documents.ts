import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** What all remembered documents may take together, by the estimate below. */
const MAX_BYTES = 2 * 2 ** 20;
/** A longer text is parsed each time. The longest honest one, an introspection query, has about 2,500 characters. */
const MAX_TEXT_LENGTH = 4_096;
/** A node with its location and the list or property that holds it; measured at 120 to 210 on Node 20 (64-bit). */
const BYTES_PER_NODE = 220;

/**
 * Parsed and validated documents by their text, the least recently used forgotten first. Strangers choose the texts, so what is kept is
 * bounded in bytes: graphql-js hangs every lexical token on a document's locations, comments included (half a megabyte for 16 KB of empty
 * ones), of which only the offsets that error messages need are kept.
 */
export class RememberedDocuments {
  private readonly documents = new LRUCache<string, { document: DocumentNode; bytes: number }>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  get(text: string): DocumentNode | undefined {
    return this.documents.get(text)?.document;
  }

  /** `text` must be the very string that `document` was parsed from: its names are slices that keep that string alive. */
  remember(text: string, document: DocumentNode): void {
    if (text.length > MAX_TEXT_LENGTH || this.documents.has(text)) return;
    let nodes = 0;
    const copy = copyWithoutTokens(document, () => {
      nodes += 1;
    });
    this.documents.set(text, { document: copy as DocumentNode, bytes: 2 * text.length + BYTES_PER_NODE * nodes });
  }
}

function copyWithoutTokens(value: unknown, counted: () => void): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copyWithoutTokens(item, counted));
  counted();
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    copy[key] = key === 'loc' ? offsets(member) : copyWithoutTokens(member, counted);
  }
  return copy;
}

/** What GraphQLError reads of a location. */
function offsets({ start, end, source }: { start: number; end: number; source: unknown }): object {
  return { start, end, source };
}
