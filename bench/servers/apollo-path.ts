/**
 * This server with its fast path off: no document is remembered, and Apollo Server keeps its own store of parsed documents, as it does
 * unless it is told not to. What the fast path saves shows in no other way.
 */
import { ApolloServer } from '@apollo/server';
import { RememberedDocuments } from '../../src/graphql/remembered-documents';

RememberedDocuments.prototype.get = () => undefined;
RememberedDocuments.prototype.remember = () => undefined;

const derived = ApolloServer as unknown as {
  generateSchemaDerivedData(schema: object, documentStore: unknown): object;
};
const generate = derived.generateSchemaDerivedData;
derived.generateSchemaDerivedData = (schema) => generate(schema, undefined);

require('../../src/main');
