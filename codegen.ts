import type { CodegenConfig } from '@graphql-codegen/cli';

// What every target shares: enums as plain string unions cost nothing at run time, and payloads have no __typename.
const shared = { useTypeImports: true, enumsAsTypes: true, skipTypename: true, immutableTypes: true } as const;

/** Typed operations from schema.graphql for packages/client, which the page uses. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  generates: {
    // As strings, which weigh least, for the client itself.
    'packages/client/src/generated/': {
      documents: 'packages/client/src/operations.graphql',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...shared, documentMode: 'string' },
    },
    // As parsed documents, for those who use it beside Apollo Client or urql.
    'packages/client/src/generated/nodes/': {
      documents: 'packages/client/src/operations.graphql',
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: shared,
    },
  },
};

// biome-ignore lint/style/noDefaultExport: graphql-codegen reads the default export
export default config;
