import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from './build-page';

/** The client as a script, with a form's `v` that nobody shows: what a page may do that the one at `/` does not. */
export function clientScript(): string {
  const contents = "export * from './create-verification'; export { inbound } from './inbound';";
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: join(ROOT, 'packages/client/src'), loader: 'ts' },
    ...{ bundle: true, format: 'iife', globalName: 'client', target: 'es2022', write: false },
  });
  return `${outputFiles[0]?.text}
    globalThis.form = () => client.createVerification({ endpoint: '/graphql', language: 'en', inbound: client.inbound });
    globalThis.v = form();
    v.start();`;
}
