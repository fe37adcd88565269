import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** A request may ask for one of these, once: each costs money, or is a guess at a secret. */
export const GUARDED_FIELDS = [
  'imageCaptcha',
  'sendSmsCode',
  'verifySmsCode',
  'startInboundVerification',
  'inboundStatus',
] as const;

/** What a captcha is shown or spoken by, of up to 50 KB. */
const CAPTCHA_FIELDS = ['image', 'audio'];
/** Times that both may be selected together. A client needs each once, and its fragments may say so twice. */
const MAX_CAPTCHA_FIELDS = 4;

/** Lexical tokens of a query text. The longest known honest one, an introspection query, has about 240. */
export const MAX_TOKENS = 600;
/**
 * Lines of a query text; the longest known honest one has about 100. graphql-js finds the line of each error by reading the text from its
 * beginning, so that a few thousand empty lines and a hundred errors take it 80 ms.
 */
export const MAX_LINES = 300;
/**
 * Times that one name stands in a query text; that of an introspection query, 18. graphql-js compares each pair of fields of one name, so that
 * 70 of them take it 5 ms.
 */
export const MAX_REPEATS = 40;
/** Errors that a query text is told of. */
export const MAX_VALIDATION_ERRORS = 10;
/** Levels of fields. The API's own operations have two; an introspection query has up to 14. */
export const MAX_DEPTH = 16;

/** Whether a text of a stranger has more lines than any query needs. */
export function hasTooManyLines(text: string): boolean {
  return text.length > MAX_LINES && (text.match(/\r\n|[\n\r]/g)?.length ?? 0) >= MAX_LINES;
}

/** Whether a text of a stranger repeats any one name more often than a query needs. */
export function repeatsANameTooOften(text: string): boolean {
  const times = new Map<string, number>();
  for (const [name] of text.matchAll(/[_A-Za-z]\w*/g)) {
    const count = (times.get(name) ?? 0) + 1;
    if (count > MAX_REPEATS) return true;
    times.set(name, count);
  }
  return false;
}

type Definition = OperationDefinitionNode | FragmentDefinitionNode;

/**
 * Validation rule: refuses an operation that asks for more than one guarded field, counted over aliases, fields in fragments and
 * fragments in fragments, whether or not the executor would merge or skip them. Nothing has run when validation refuses.
 */
export function oneGuardedField(context: ValidationContext): ASTVisitor {
  return forEachOperation(context, (operation, measure) => {
    if (measure(operation, countOf(GUARDED_FIELDS)) > 1) {
      return `One operation may ask for one of ${GUARDED_FIELDS.join(', ')}, once. Send one request for each.`;
    }
    return undefined;
  });
}

/**
 * Validation rule: refuses an operation that selects a captcha over and over, under other names or through fragments: each time the answer
 * has tens of kilobytes more.
 */
export function fewCopiesOfCaptcha(context: ValidationContext): ASTVisitor {
  return forEachOperation(context, (operation, measure) =>
    measure(operation, countOf(CAPTCHA_FIELDS)) > MAX_CAPTCHA_FIELDS
      ? `One operation may select ${CAPTCHA_FIELDS.join(' and ')} ${MAX_CAPTCHA_FIELDS} times at most.`
      : undefined,
  );
}

/**
 * Validation rule: refuses an operation of a kind that the schema doesn't have, such as a subscription. graphql-js itself lets
 * `subscription { __typename }` pass and fails when it runs.
 */
export function rootTypeExists(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`The schema has no ${node.operation}.`, { nodes: [node] }));
    },
  };
}

/** Validation rule: refuses an operation whose fields nest deeper than MAX_DEPTH, through fragments as well. */
export function boundedDepth(context: ValidationContext): ASTVisitor {
  return forEachOperation(context, (operation, measure) => {
    const depth = measure(operation, (own, nested) => Math.max(own.length > 0 ? 1 : 0, ...nested), 1);
    return depth > MAX_DEPTH ? `The operation nests deeper than ${MAX_DEPTH} levels.` : undefined;
  });
}

/** What every document is held to, besides GraphQL's own rules. */
export const OPERATION_LIMITS = [rootTypeExists, oneGuardedField, fewCopiesOfCaptcha, boundedDepth] as const;

/** Combines the field names of one selection set with what was measured of the sets below it. */
type Combine = (ownFields: string[], nested: number[]) => number;
/** `step` is added for each level of fields passed on the way down. */
type Measure = (definition: Definition, combine: Combine, step?: number) => number;

/** Fields of these names, over fragments as often as they are spread. */
function countOf(names: readonly string[]): Combine {
  return (own, nested) => nested.reduce((sum, part) => sum + part, own.filter((name) => names.includes(name)).length);
}

function forEachOperation(
  context: ValidationContext,
  check: (operation: OperationDefinitionNode, measure: Measure) => string | undefined,
): ASTVisitor {
  return {
    Document(document: DocumentNode) {
      const fragments = new Map<string, FragmentDefinitionNode>();
      for (const node of document.definitions) {
        if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
      }
      for (const node of document.definitions) {
        if (node.kind !== Kind.OPERATION_DEFINITION) continue;
        const problem = check(node, measureOver(fragments));
        if (problem !== undefined) context.reportError(new GraphQLError(problem, { nodes: [node] }));
      }
      return false;
    },
  };
}

/** Measures each fragment once, so that fragments that double each other cost no more than their text. */
function measureOver(fragments: ReadonlyMap<string, FragmentDefinitionNode>): Measure {
  return (definition, combine, step = 0) => {
    const known = new Map<string, number>();
    const ofSet = (set: SelectionSetNode): number => {
      const names: string[] = [];
      const nested: number[] = [];
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          names.push(selection.name.value);
          if (selection.selectionSet) nested.push(step + ofSet(selection.selectionSet));
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          nested.push(ofSet(selection.selectionSet));
        } else {
          nested.push(ofFragment(selection.name.value));
        }
      }
      return combine(names, nested);
    };
    const ofFragment = (name: string): number => {
      const measured = known.get(name);
      if (measured !== undefined) return measured;
      // A fragment within itself is refused by another rule; here it only must not go round for ever.
      known.set(name, 0);
      const fragment = fragments.get(name);
      const result = fragment ? ofSet(fragment.selectionSet) : 0;
      known.set(name, result);
      return result;
    };
    return ofSet(definition.selectionSet);
  };
}
