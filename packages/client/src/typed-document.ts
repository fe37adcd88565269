import type { DocumentNode } from 'graphql';

/** A parsed operation that knows its result and its variables, as Apollo Client and urql infer them. */
export interface TypedDocument<Result, Variables> extends DocumentNode {
  __apiType?: (variables: Variables) => Result;
}
