import type { CodegenConfig } from '@graphql-codegen/cli';

const shared = { useTypeImports: true, enumsAsTypes: true, skipTypename: true, immutableTypes: true } as const;

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'src/operations.graphql',
  generates: {
    'src/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: shared,
    },
    // For clients that send documents as strings, such as plain fetch.
    'src/generated/strings/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { ...shared, documentMode: 'string' },
    },
  },
};

export default config;
