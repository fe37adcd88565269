import { ApolloServer, type BaseContext, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { type ExecutionResult, execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from '../log';
import { answerType } from './answer-type';
import type { GraphqlContext } from './context';
import { formatError, refusesArgument } from './format-error';
import { boundedDepth, MAX_TOKENS, oneGuardedField, rootTypeExists } from './operation-limits';
import { RememberedDocuments } from './remembered-documents';

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

/**
 * GraphQL over HTTP by Apollo Server, and a fast path to the same answer: a query text that Apollo has parsed, validated and run is
 * remembered, and from then on executed directly. Whatever is out of the ordinary takes the Apollo path, where errors and the CSRF check
 * are decided.
 */
export class GraphqlServer {
  private readonly documents = new RememberedDocuments();
  private readonly apollo: ApolloServer<BaseContext>;
  private readonly log: Logger;

  constructor(
    private readonly schema: GraphQLSchema,
    { development, log }: { development: boolean; log: Logger },
  ) {
    this.log = log;
    this.apollo = new ApolloServer<BaseContext>({
      schema,
      introspection: development,
      includeStacktraceInErrorResponses: false,
      hideSchemaDetailsFromClientErrors: !development,
      persistedQueries: false,
      allowBatchedHttpRequests: false,
      stopOnTerminationSignals: false,
      parseOptions: { maxTokens: MAX_TOKENS },
      // Its own store keeps 30 MB by a measure that leaves comments out: texts of our choice are remembered here instead.
      documentStore: null,
      validationRules: [rootTypeExists, oneGuardedField, boundedDepth],
      formatError,
      logger: log,
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        development
          ? ApolloServerPluginLandingPageLocalDefault({ footer: false })
          : ApolloServerPluginLandingPageDisabled(),
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

  async handle(request: GraphqlRequest, context: GraphqlContext): Promise<GraphqlAnswer> {
    if (request.method !== 'POST') return this.apolloPath(request, context);
    const type = answerType(request.headers.accept?.toString());
    // Apollo would run the operation first, and then refuse to tell what became of it.
    if (!type) return NOT_ACCEPTABLE;
    return (await this.fastPath(request.body, type, context)) ?? (await this.apolloPath(request, context));
  }

  /** The answer, or undefined if nothing has run yet and Apollo must decide. */
  private async fastPath(
    body: unknown,
    contentType: string,
    context: GraphqlContext,
  ): Promise<GraphqlAnswer | undefined> {
    // A parsed body was sent as application/json: no form can send that across sites, so that the CSRF check is passed.
    if (!isPlainRequest(body)) return undefined;
    const document = this.documents.get(body.query);
    if (!document) return undefined;
    const result = (await execute({
      schema: this.schema,
      document,
      contextValue: context,
      variableValues: body.variables ?? undefined,
      operationName: body.operationName,
    })) as ExecutionResult;
    // No data at all: the variables or the operation's name were refused before anything ran.
    if (result.data === undefined) return undefined;
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
