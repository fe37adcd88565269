import { ApolloServer, type BaseContext, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { type ExecutionResult, execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from '../log';
import { answerType } from './answer-type';
import type { GraphqlContext } from './context';
import { formatError, QUERY_TOO_LONG, refusesArgument } from './format-error';
import { isRecord } from './is-record';
import {
  hasTooManyLines,
  MAX_REPEATS,
  MAX_TOKENS,
  MAX_VALIDATION_ERRORS,
  OPERATION_LIMITS,
  repeatsANameTooOften,
} from './operation-limits';
import { answerOnce } from './operation-plan';
import { RememberedDocuments } from './remembered-documents';
import type { Refusal, TrustedDocuments } from './trusted-documents';

export interface GraphqlRequest {
  method: string;
  /** As Node gives them: lower-case names. */
  headers: NodeJS.Dict<string | string[]>;
  /** The query string, with its question mark. */
  search: string;
  /** The parsed JSON body; undefined where the request carried none. */
  body: unknown;
}

export interface GraphqlAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const NOT_ACCEPTABLE: GraphqlAnswer = {
  status: 406,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: `${JSON.stringify({
    errors: [
      {
        message: 'Accept must allow application/json or application/graphql-response+json.',
        extensions: { code: 'BAD_REQUEST' },
      },
    ],
  })}\n`,
};

/** As a text of too many tokens is refused. */
const TOO_LONG: Refusal = { code: 'GRAPHQL_PARSE_FAILED', message: QUERY_TOO_LONG };
const TOO_REPETITIVE: Refusal = {
  code: 'GRAPHQL_VALIDATION_FAILED',
  message: `The query has one name more than ${MAX_REPEATS} times.`,
};

/**
 * GraphQL over HTTP by Apollo Server, and a fast path to the same answer: a query text that Apollo has parsed, validated and run is
 * remembered, and from then on executed directly: by a plan where it has one, else by graphql-js. Whatever is out of the ordinary takes the
 * Apollo path, where errors and the CSRF check are decided.
 */
export class GraphqlServer {
  private readonly documents: RememberedDocuments;
  private readonly apollo: ApolloServer<BaseContext>;
  private readonly log: Logger;
  private readonly trusted: TrustedDocuments | undefined;

  constructor(
    private readonly schema: GraphQLSchema,
    { development, log, trusted }: { development: boolean; log: Logger; trusted?: TrustedDocuments },
  ) {
    this.log = log;
    this.trusted = trusted;
    this.documents = new RememberedDocuments(schema);
    answerOnce(schema);
    this.apollo = new ApolloServer<BaseContext>({
      schema,
      introspection: development,
      includeStacktraceInErrorResponses: false,
      hideSchemaDetailsFromClientErrors: !development,
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      stopOnTerminationSignals: false,
      parseOptions: { maxTokens: MAX_TOKENS },
      // What is hidden from clients would else be looked for all the same.
      validationOptions: { maxErrors: MAX_VALIDATION_ERRORS, hideSuggestions: !development },
      // Apollo's own store may grow to 30 MB, by a measure that ignores comments. RememberedDocuments takes its place.
      documentStore: null,
      validationRules: [...OPERATION_LIMITS],
      formatError,
      logger: log,
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        {
          requestDidStart: async () => ({
            willSendResponse: async ({ source, document, response: { body } }) => {
              const ran = body.kind === 'single' && body.singleResult.data !== undefined;
              if (ran && source !== undefined && document) this.documents.remember(source, document);
            },
            didEncounterErrors: async ({ errors }) => {
              for (const error of errors) if (error.path) this.logUnforeseen(error);
            },
          }),
        },
      ],
    });
  }

  start(): Promise<void> {
    return this.apollo.start();
  }

  stop(): Promise<void> {
    return this.apollo.stop();
  }

  /** Whether a GET names a document by its hash, where that is answered. A text in an address is answered nowhere. */
  answersGet(search: string): boolean {
    const parameters = new URLSearchParams(search);
    return (
      this.trusted !== undefined &&
      !parameters.has('query') &&
      (parameters.has('documentId') || parameters.has('extensions'))
    );
  }

  async handle(request: GraphqlRequest, context: GraphqlContext): Promise<GraphqlAnswer> {
    const get = request.method !== 'POST';
    if (get && !this.answersGet(request.search)) return this.apolloPath(request, context);
    const type = answerType(request.headers.accept?.toString());
    // Apollo would run the operation first, and only then refuse to send the answer.
    if (!type) return NOT_ACCEPTABLE;
    const sent = get ? bodyOfGet(request.search) : request.body;
    const resolved = this.trusted ? this.trusted.resolve(sent) : { body: sent };
    if ('refusal' in resolved) return refused(resolved.refusal, type);
    // Apollo refuses mutations by GET, and requests that a page elsewhere could send without a preflight.
    if (get) return this.apolloPath({ ...request, search: withText(request.search, resolved.body) }, context);
    const { body } = resolved;
    const fast = await this.fastPath(body, type, context);
    if (fast) return fast;
    if (isRecord(sent) && typeof sent.query === 'string') {
      if (hasTooManyLines(sent.query)) return refused(TOO_LONG, type);
      if (repeatsANameTooOften(sent.query)) return refused(TOO_REPETITIVE, type);
    }
    return this.apolloPath({ ...request, body }, context);
  }

  /** The answer, or undefined if nothing has run yet and Apollo must decide. */
  private async fastPath(
    body: unknown,
    contentType: string,
    context: GraphqlContext,
  ): Promise<GraphqlAnswer | undefined> {
    // A parsed body was sent as application/json: no form can send that across sites, so that the CSRF check is passed.
    if (!isPlainRequest(body)) return undefined;
    const remembered = this.documents.get(body.query);
    if (!remembered) return undefined;
    const { document, plan } = remembered;
    const started = plan?.start(body.variables ?? {}, body.operationName, context);
    const written = started && (await started.answer.then((payload) => plan?.write(payload)).catch(() => undefined));
    if (written !== undefined) return { status: 200, headers: { 'content-type': contentType }, body: written };
    const result = (await execute({
      schema: this.schema,
      document,
      rootValue: started,
      contextValue: context,
      variableValues: body.variables ?? undefined,
      operationName: body.operationName,
    })) as ExecutionResult;
    // No data at all: the variables or the operation's name were refused before anything ran.
    if (result.data === undefined && !started) return undefined;
    const errors = result.errors?.map((error) => {
      this.logUnforeseen(error);
      return formatError(error.toJSON(), error);
    });
    return {
      status: 200,
      headers: { 'content-type': contentType },
      body: `${JSON.stringify({ errors, data: result.data })}\n`,
    };
  }

  /** Resolvers answer every failure as data, so an error that has a path is a fault of ours. */
  private logUnforeseen(error: GraphQLError): void {
    if (refusesArgument(error.originalError ?? error)) return;
    this.log.error(
      { path: error.path, stack: error.originalError?.stack },
      'A resolver threw, and its caller was told of an internal error. This is a bug; please report its stack',
    );
  }

  private async apolloPath(request: GraphqlRequest, context: GraphqlContext): Promise<GraphqlAnswer> {
    const { method, search, body } = request;
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value ?? ''));
    const answer = await this.apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, search, body },
      context: async () => context,
    });
    // Incremental delivery, the only chunked kind, needs directives that this schema doesn't have.
    const text = answer.body.kind === 'complete' ? answer.body.string : '';
    return { status: answer.status ?? 200, headers: Object.fromEntries(answer.headers), body: text };
  }
}

/** The parameters of a GET in the shape of the body of a POST. */
function bodyOfGet(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search);
  const extensions = parameters.get('extensions');
  const documentId = parameters.get('documentId');
  try {
    return { documentId, extensions: extensions === null ? undefined : JSON.parse(extensions) };
  } catch {
    return { documentId };
  }
}

function withText(search: string, body: unknown): string {
  const parameters = new URLSearchParams(search);
  for (const name of ['documentId', 'extensions']) parameters.delete(name);
  if (isRecord(body) && typeof body.query === 'string') parameters.set('query', body.query);
  return `?${parameters}`;
}

function refused({ code, message }: Refusal, contentType: string): GraphqlAnswer {
  // Clients of Apollo's protocol expect 200 where a hash is unknown; the newer media type wants 4xx for what was not run.
  const retried = code === 'PERSISTED_QUERY_NOT_FOUND' && contentType.startsWith('application/json');
  const body = `${JSON.stringify({ errors: [{ message, extensions: { code } }] })}\n`;
  return { status: retried ? 200 : 400, headers: { 'content-type': contentType }, body };
}

interface PlainRequest {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

function isPlainRequest(body: unknown): body is PlainRequest {
  if (!isRecord(body) || typeof body.query !== 'string') return false;
  const { variables, operationName, extensions } = body;
  return (
    (variables === undefined || variables === null || isRecord(variables)) &&
    (operationName === undefined || operationName === null || typeof operationName === 'string') &&
    (extensions === undefined || extensions === null || (isRecord(extensions) && !extensions.persistedQuery))
  );
}
