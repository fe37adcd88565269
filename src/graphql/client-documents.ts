import * as operations from '../../packages/client/src/generated/graphql';

/** The texts of all that packages/client sends, and with it the page. */
export const CLIENT_DOCUMENTS: readonly string[] = Object.values(operations).filter(
  (value) => typeof value === 'string',
);
