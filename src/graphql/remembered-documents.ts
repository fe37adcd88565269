import type { DocumentNode, GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { OperationPlan } from './operation-plan';

/** What all remembered documents may take together, by the estimate below. */
const MAX_BYTES = 2 * 2 ** 20;
/** A longer text is parsed each time. The longest honest one, an introspection query, has about 2,500 characters. */
const MAX_TEXT_LENGTH = 4_096;
/** A node with its location and the list or property that holds it; measured at 120 to 210 on Node 20 (64-bit). */
const BYTES_PER_NODE = 220;
/** A plan of the most fields that one may have, with as many variables. */
const BYTES_PER_PLAN = 8_192;

export interface RememberedDocument {
  document: DocumentNode;
  /** Absent: it is run by graphql-js. */
  plan: OperationPlan | undefined;
}

/**
 * Parsed and validated documents by their text, the least recently used forgotten first. Strangers choose the texts, so what is kept is
 * bounded in bytes: graphql-js hangs every lexical token on a document's locations, comments included (half a megabyte for 16 KB of empty
 * ones), of which only the offsets that error messages need are kept.
 */
export class RememberedDocuments {
  private readonly documents = new LRUCache<string, RememberedDocument & { bytes: number }>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }) => bytes,
  });

  constructor(private readonly schema: GraphQLSchema) {}

  get(text: string): RememberedDocument | undefined {
    return this.documents.get(text);
  }

  /** `text` must be the very string that `document` was parsed from: its names are slices that keep that string alive. */
  remember(text: string, document: DocumentNode): void {
    if (text.length > MAX_TEXT_LENGTH || this.documents.has(text)) return;
    let nodes = 0;
    const copy = copyWithoutTokens(document, () => {
      nodes += 1;
    }) as DocumentNode;
    const plan = OperationPlan.of(this.schema, copy);
    const bytes = 2 * text.length + BYTES_PER_NODE * nodes + (plan ? BYTES_PER_PLAN : 0);
    this.documents.set(text, { document: copy, plan, bytes });
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
