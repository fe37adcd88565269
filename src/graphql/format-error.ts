import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** A name that no schema has: the message that repeats it would be as long as the request. */
const LONG_NAME = /\w{65,}/g;

/** As graphql-js says it, misspelling included; the words alone could be the query's own. */
const TOO_MANY_TOKENS = /^(Syntax Error: )?Document contains more tha[nt] \d+ tokens\. Parsing aborted\.$/;

/** What a text of too many tokens or lines is told. */
export const QUERY_TOO_LONG = 'The query is too long.';

/** As Apollo Server says it, with advice for whoever wrote this server; codegen and editors are what asks. */
const INTROSPECTION = /^GraphQL introspection is not allowed/;
const NO_INTROSPECTION =
  'Introspection is off here. Read schema.graphql of the repository, or /schema.graphql where SCHEMA_SDL=true.';

/**
 * What a malformed request is told: what is wrong and where, never what it said. GraphQL's own messages repeat argument values,
 * which here are mobiles and codes; and an unforeseen error may say anything.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path } = formatted;
  const cause = unwrapResolverError(error);
  const code = refusesArgument(cause)
    ? ApolloServerErrorCode.BAD_USER_INPUT
    : String(formatted.extensions?.code ?? ApolloServerErrorCode.INTERNAL_SERVER_ERROR);
  return {
    message: safeMessage(code, formatted, cause),
    ...(locations && { locations }),
    ...(path && { path }),
    extensions: { code },
  };
}

function safeMessage(code: string, { message, locations }: GraphQLFormattedError, error: unknown): string {
  const at = locations?.[0] ? ` at line ${locations[0].line}, column ${locations[0].column}` : '';
  switch (code) {
    case ApolloServerErrorCode.GRAPHQL_PARSE_FAILED:
      return TOO_MANY_TOKENS.test(message) ? QUERY_TOO_LONG : `The query is not valid GraphQL${at}.`;
    case ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED:
      if (INTROSPECTION.test(message)) return NO_INTROSPECTION;
      return concernsValue(error) ? `A value in the query has the wrong type${at}.` : message.replace(LONG_NAME, '…');
    case ApolloServerErrorCode.BAD_USER_INPUT:
      return `${variableName(message)} has a missing or a wrong value${at}.`;
    case ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE:
      return message.startsWith('Unknown operation') ? 'The query has no operation of that name.' : message;
    case ApolloServerErrorCode.BAD_REQUEST:
    case ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED:
    case ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND:
      return message;
    default:
      return 'Internal server error';
  }
}

/**
 * Whether GraphQL itself refused an argument while it ran an operation, before the resolver: a null in a nullable variable, say, for
 * an argument that may not be null. It is the caller's fault and no resolver's.
 */
export function refusesArgument(error: unknown): boolean {
  return error instanceof GraphQLError && !error.originalError && error.message.startsWith('Argument "');
}

/** Whether a validation error is about a literal, which its message then repeats. */
function concernsValue(error: unknown): boolean {
  return error instanceof GraphQLError && (error.nodes ?? []).some((node) => /Value$|^ObjectField$/.test(node.kind));
}

function variableName(message: string): string {
  const name = /^Variable "(\$\w{1,64})"/.exec(message)?.[1];
  return name ? `Variable "${name}"` : 'An argument';
}
