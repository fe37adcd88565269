import { ApolloServer, type BaseContext, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { type DocumentNode, type ExecutionResult, execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from '../log';
import type { GraphqlContext } from './context';
import { formatError, refusesArgument } from './format-error';
import { boundedDepth, MAX_TOKENS, oneGuardedField } from './operation-limits';

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

/** Query texts longer than this are not remembered. */
const MAX_REMEMBERED_LENGTH = 4096;
const MAX_REMEMBERED = 500;

/**
 * GraphQL over HTTP by Apollo Server, and a shorter way to the same answer: a query text that Apollo has once parsed, validated and
 * run is remembered, and from then on executed directly. Whatever is out of the ordinary goes Apollo's way, where errors, the
 * CSRF check and content negotiation are decided.
 */
export class GraphqlServer {
  private readonly documents = new LRUCache<string, DocumentNode>({ max: MAX_REMEMBERED });
  /** The content type that Apollo chose for an Accept header. */
  private readonly contentTypes = new LRUCache<string, string>({ max: MAX_REMEMBERED });
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
      validationRules: [oneGuardedField, boundedDepth],
      formatError,
      logger: log,
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        development
          ? ApolloServerPluginLandingPageLocalDefault({ footer: false })
          : ApolloServerPluginLandingPageDisabled(),
        {
          requestDidStart: async () => ({
            didResolveOperation: async ({ source, document }) => {
              if (source.length <= MAX_REMEMBERED_LENGTH) this.documents.set(source, document);
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
    return (await this.shortWay(request, context)) ?? (await this.apollosWay(request, context));
  }

  /** The answer, or undefined if nothing has run yet and Apollo must decide. */
  private async shortWay(
    { body, headers }: GraphqlRequest,
    context: GraphqlContext,
  ): Promise<GraphqlAnswer | undefined> {
    // A parsed body was sent as application/json: no form can send that across sites, so that the CSRF check is passed.
    if (!isPlainRequest(body)) return undefined;
    const document = this.documents.get(body.query);
    const contentType = this.contentTypes.get(String(headers.accept ?? ''));
    if (!document || !contentType) return undefined;
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
    this.log.error({ path: error.path, stack: error.originalError?.stack }, 'A resolver failed, which it never should');
  }

  private async apollosWay(request: GraphqlRequest, context: GraphqlContext): Promise<GraphqlAnswer> {
    const { method, search, body } = request;
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value ?? ''));
    const answer = await this.apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers, search, body },
      context: async () => context,
    });
    // Incremental delivery, the only chunked kind, needs directives that this schema doesn't have.
    const text = answer.body.kind === 'complete' ? answer.body.string : '';
    const status = answer.status ?? 200;
    const contentType = answer.headers.get('content-type');
    if (method === 'POST' && status === 200 && contentType)
      this.contentTypes.set(headers.get('accept') ?? '', contentType);
    return { status, headers: Object.fromEntries(answer.headers), body: text };
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
