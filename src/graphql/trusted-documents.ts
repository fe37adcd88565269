import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { ConfigError } from '../config/config';
import { isRecord } from './is-record';
import { MAX_TOKENS, OPERATION_LIMITS } from './operation-limits';

export interface TrustedDocumentsSettings {
  /** Texts by the hashes that clients send for them: what graphql-codegen writes to persisted-documents.json. */
  manifest: Readonly<Record<string, string>>;
  /** Whether texts that are not known are refused. */
  only: boolean;
}

/** Why nothing is run. */
export interface Refusal {
  code: string;
  message: string;
}

/** What to run in place of a request's body, or why it isn't run. */
export type Resolved = { body: unknown } | { refusal: Refusal };

/** As Apollo Server says it: Apollo Client, urql and others then send the text. */
const UNKNOWN_HASH: Refusal = { code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound' };
const UNKNOWN_TEXT: Refusal = {
  code: 'DOCUMENT_NOT_TRUSTED',
  message: 'This server answers documents of its TRUSTED_DOCUMENTS only, and this is none of them.',
};

/**
 * Documents that clients may name by a hash, and, where only these are answered, may send as text. A request names one by `documentId`
 * (the draft of GraphQL over HTTP) or by `extensions.persistedQuery.sha256Hash` (Apollo Client, urql, Relay set-ups and others).
 */
export class TrustedDocuments {
  private readonly texts = new Map<string, string>();
  private readonly ids = new Map<string, string>();
  private readonly only: boolean;

  /**
   * @param own texts of this server's own clients, which need no manifest.
   * @throws ConfigError if the schema can't run one of the manifest's documents.
   */
  constructor(schema: GraphQLSchema, { manifest, only }: TrustedDocumentsSettings, own: readonly string[]) {
    this.only = only;
    const problems: string[] = [];
    const documents = [...own.map((text) => [undefined, text] as const), ...Object.entries(manifest)];
    for (const [id, text] of documents) {
      try {
        const document = parse(text, { maxTokens: MAX_TOKENS });
        const [error] = validate(schema, document, [...specifiedRules, ...OPERATION_LIMITS]);
        if (error) throw error;
        this.trust(id, text, document);
      } catch (error) {
        problems.push(`TRUSTED_DOCUMENTS: document ${JSON.stringify(id)} can't be run: ${(error as Error).message}`);
      }
    }
    if (problems.length > 0) throw new ConfigError(problems);
  }

  /** The request with the text that it names, or why it is refused. Nothing is parsed here. */
  resolve(body: unknown): Resolved {
    if (!isRecord(body)) return { body };
    const { documentId, extensions, ...request } = body;
    const { persistedQuery, ...others } = isRecord(extensions) ? extensions : {};
    const rest = {
      ...request,
      ...(extensions !== undefined && { extensions: isRecord(extensions) ? others : extensions }),
    };
    // A client sends a text beside its hash only after it was told that the hash is unknown.
    if (typeof request.query === 'string' && request.query !== '') {
      if (!this.only) return { body: rest };
      const known = this.texts.get(request.query) ?? this.texts.get(withoutBlanks(request.query));
      return known === undefined ? { refusal: UNKNOWN_TEXT } : { body: { ...rest, query: known } };
    }
    const id = documentId ?? (isRecord(persistedQuery) ? persistedQuery.sha256Hash : undefined);
    if (id === undefined) return { body: rest };
    const named = typeof id === 'string' ? this.ids.get(id) : undefined;
    return named === undefined ? { refusal: UNKNOWN_HASH } : { body: { ...rest, query: named } };
  }

  private trust(id: string | undefined, text: string, document: DocumentNode): void {
    // The manifest writes the algorithm before such a hash; Apollo Client sends the hash alone.
    if (id !== undefined) this.ids.set(id, text).set(id.replace(/^sha256:/, ''), text);
    // As clients print it, and as those print it that ask for the type of every object, which Apollo Client and urql do.
    for (const form of [text, print(document), print(withTypenames(document))]) {
      this.texts.set(form, form).set(withoutBlanks(form), form);
      const hash = createHash('sha256').update(form).digest('hex');
      this.ids.set(hash, form).set(`sha256:${hash}`, form);
    }
  }
}

/**
 * The text with blanks and commas only where they part two words. Blanks within a string are changed too: good for finding a text, which
 * is then run as it was trusted, and for nothing else.
 */
function withoutBlanks(text: string): string {
  return text
    .replace(/[\s,\uFEFF]+/g, ' ')
    .replace(/ ?([!$&()[\]{}:=@|]|\.\.\.) ?/g, '$1')
    .trim();
}

/** With `__typename` at the end of every selection but an operation's own. */
function withTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet(node, _key, parent): SelectionSetNode | undefined {
      if (parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION) return undefined;
      const isTypename = (name: string | undefined) => name === '__typename';
      if (node.selections.some((part) => part.kind === Kind.FIELD && isTypename(part.name.value))) return undefined;
      const typename = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;
      return { ...node, selections: [...node.selections, typename] };
    },
  });
}
