import {
  type ArgumentNode,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLField,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  GraphQLString,
  getNullableType,
  isInputType,
  isLeafType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  valueFromAST,
} from 'graphql';
import type { GraphqlContext } from './context';

/** A root resolver that was started, and its answer to come. */
export class Started {
  constructor(readonly answer: Promise<unknown>) {}
}

/**
 * Makes root fields return the answer of a Started root value instead of running their resolver again: for answers that graphql-js
 * has to write. Changes the schema in place.
 */
export function answerOnce(schema: GraphQLSchema): void {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (source, args, context, info) =>
        source instanceof Started ? source.answer : resolve(source, args, context, info);
    }
  }
}

/** What ends every body: of the payload, `data` and the answer. */
const END = '}}}\n';
/** Operations that select more are executed as any other; those of front ends select a dozen fields. */
const MAX_FIELDS = 32;

interface Variable {
  name: string;
  type: GraphQLLeafType;
  required: boolean;
  byDefault: unknown;
}

interface Argument {
  name: string;
  /** Read from this variable, where that has a value; else the value is fixed. */
  variable: string | undefined;
  required: boolean;
  /** Undefined: left out. */
  value: unknown;
}

interface Leaf {
  /** What stands before the value. */
  prefix: string;
  /** The payload's property; undefined for a constant, which stands in `prefix`. */
  property: string | undefined;
  type: GraphQLLeafType;
  required: boolean;
}

/**
 * A document of the kind that front ends send over and over, made ready to run: one root field, with arguments that are variables or
 * literals, of which scalars and enums are selected. Coercion and writing are those of graphql-js, looked up once instead of for every
 * request; whatever is out of the ordinary is left to graphql-js.
 */
export class OperationPlan {
  private constructor(
    private readonly operationName: string | undefined,
    private readonly field: GraphQLField<undefined, GraphqlContext>,
    private readonly info: Omit<GraphQLResolveInfo, 'variableValues'>,
    private readonly variables: readonly Variable[],
    private readonly args: readonly Argument[],
    private readonly leaves: readonly Leaf[],
  ) {}

  /** The plan for a valid document; undefined if it is none of that kind. */
  static of(schema: GraphQLSchema, { definitions }: DocumentNode): OperationPlan | undefined {
    const [operation] = definitions;
    if (definitions.length !== 1 || operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
    const root = schema.getRootType(operation.operation);
    const [selected] = operation.selectionSet.selections;
    if (!root || operation.selectionSet.selections.length !== 1 || selected?.kind !== Kind.FIELD) return undefined;
    const field = root.getFields()[selected.name.value];
    const returned = getNullableType(field?.type);
    if (operation.directives?.length || selected.directives?.length) return undefined;
    if (!field?.resolve || !(returned instanceof GraphQLObjectType) || !selected.selectionSet) return undefined;
    const variables = variablesOf(schema, operation);
    const args = argumentsOf(field.args, selected.arguments ?? []);
    const key = (selected.alias ?? selected.name).value;
    const leaves = leavesOf(returned, selected.selectionSet, `{"data":{${JSON.stringify(key)}:{`);
    if (!variables || !args || !leaves) return undefined;
    const info = {
      fieldName: field.name,
      fieldNodes: [selected],
      returnType: field.type,
      parentType: root,
      path: { prev: undefined, key, typename: root.name },
      schema,
      fragments: {},
      rootValue: undefined,
      operation,
    };
    return new OperationPlan(operation.name?.value, field, info, variables, args, leaves);
  }

  /** Starts the resolver; undefined, with nothing started, if graphql-js must look at the variables or the operation's name. */
  start(
    variables: Readonly<Record<string, unknown>>,
    operationName: string | null | undefined,
    context: GraphqlContext,
  ): Started | undefined {
    if (operationName !== undefined && operationName !== null && operationName !== this.operationName) return undefined;
    // A variable may have the name of something that every object has.
    const variableValues: Record<string, unknown> = Object.create(null);
    for (const variable of this.variables) {
      const value = coerced(variable, variables);
      if (value === REFUSED) return undefined;
      if (value !== undefined) variableValues[variable.name] = value;
    }
    const args: Record<string, unknown> = {};
    for (const { name, variable, required, value } of this.args) {
      const given = variable === undefined ? undefined : variableValues[variable];
      const own = given === undefined ? value : given;
      if (required && (own === undefined || own === null)) return undefined;
      if (own !== undefined) args[name] = own;
    }
    // Not spread: V8 then makes a hidden class for each request, and keeps it until a full collection.
    const info = Object.assign({ variableValues }, this.info);
    const answer = async () => this.field.resolve?.(undefined, args, context, info);
    return new Started(answer());
  }

  /** The body of an answer; undefined if graphql-js must write it, errors among them. */
  write(payload: unknown): string | undefined {
    if (typeof payload !== 'object' || payload === null) return undefined;
    let text = '';
    for (const { prefix, property, type, required } of this.leaves) {
      text += prefix;
      if (property === undefined) continue;
      const value: unknown = (payload as Record<string, unknown>)[property];
      if (value === undefined || value === null) {
        if (required) return undefined;
        text += 'null';
        continue;
      }
      const written = writtenLeaf(type, value);
      if (written === undefined) return undefined;
      text += written;
    }
    return text + END;
  }
}

/** Every Int is below it; the bounds themselves are left to graphql-js. */
const MAX_INT = 2 ** 31 - 1;
const REFUSED = Symbol('refused');

/** The value of a variable as graphql-js coerces it; undefined where it has none, REFUSED where it must not be so. */
function coerced({ name, type, required, byDefault }: Variable, given: Readonly<Record<string, unknown>>): unknown {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined) return byDefault === undefined && required ? REFUSED : byDefault;
  if (value === null) return required ? REFUSED : null;
  try {
    return type.parseValue(value) ?? REFUSED;
  } catch {
    return REFUSED;
  }
}

function writtenLeaf(type: GraphQLLeafType, value: unknown): string | undefined {
  if (typeof value === 'string' && (type === GraphQLString || type === GraphQLID)) return JSON.stringify(value);
  if (type === GraphQLInt && Number.isInteger(value) && Math.abs(value as number) < MAX_INT) return String(value);
  // Something to be called, or waited for, first.
  if (typeof value === 'function' || typeof value === 'object') return undefined;
  try {
    const serialized = type.serialize(value);
    return JSON.stringify(serialized ?? undefined);
  } catch {
    return undefined;
  }
}

function variablesOf(schema: GraphQLSchema, operation: OperationDefinitionNode): Variable[] | undefined {
  const variables: Variable[] = [];
  for (const { variable, type: node, defaultValue } of operation.variableDefinitions ?? []) {
    const declared = typeFromAST(schema, node as never);
    const type = getNullableType(declared);
    if (!isInputType(declared) || !isLeafType(type)) return undefined;
    const byDefault = defaultValue && valueFromAST(defaultValue, declared);
    if (defaultValue && byDefault === undefined) return undefined;
    variables.push({ name: variable.name.value, type, required: isNonNullType(declared), byDefault });
  }
  return variables;
}

function argumentsOf(declared: readonly GraphQLArgument[], given: readonly ArgumentNode[]): Argument[] | undefined {
  const args: Argument[] = [];
  for (const { name, type, defaultValue } of declared) {
    const node = given.find((each) => each.name.value === name)?.value;
    const required = isNonNullType(type);
    if (!node || node.kind === Kind.VARIABLE) {
      args.push({ name, variable: node?.name.value, required, value: defaultValue });
      continue;
    }
    const value: unknown = isLeafType(getNullableType(type)) ? valueFromAST(node, type) : undefined;
    if (value === undefined) return undefined;
    args.push({ name, variable: undefined, required, value });
  }
  return args;
}

function leavesOf(type: GraphQLObjectType, { selections }: SelectionSetNode, start: string): Leaf[] | undefined {
  const leaves = new Map<string, Leaf>();
  if (selections.length > MAX_FIELDS) return undefined;
  for (const selected of selections) {
    if (selected.kind !== Kind.FIELD || selected.directives?.length || selected.arguments?.length) return undefined;
    const name = selected.name.value;
    const key = (selected.alias ?? selected.name).value;
    if (leaves.has(key)) continue;
    const prefix = `${leaves.size === 0 ? start : ','}${JSON.stringify(key)}:`;
    if (name === '__typename') {
      leaves.set(key, {
        prefix: prefix + JSON.stringify(type.name),
        property: undefined,
        type: GraphQLString,
        required: true,
      });
      continue;
    }
    const field = type.getFields()[name];
    const own = getNullableType(field?.type);
    if (!field || field.args.length > 0 || !isLeafType(own)) return undefined;
    leaves.set(key, { prefix, property: name, type: own, required: isNonNullType(field.type) });
  }
  return [...leaves.values()];
}
