import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Page } from 'playwright-core';
import { ROOT } from './build-page';

/** What stands in packages/client/src, and what is made of it here, as one script. */
export function bundled(contents: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: join(ROOT, 'packages/client/src'), loader: 'ts' },
    define: { 'process.env.NODE_ENV': '"production"' },
    ...{ bundle: true, format: 'iife', target: 'es2022', write: false, logLevel: 'error' },
  });
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
}

/** The client as a script, with a form's `v` that nobody shows, until `stop()`: what a page may do that the one at `/` does not. */
export function clientScript(): string {
  return bundled(`
    import { createVerification } from './create-verification';
    import { inbound } from './inbound';
    globalThis.form = () => createVerification({ endpoint: '/graphql', language: 'en', inbound });
    globalThis.v = form();
    globalThis.stop = v.start();`);
}

/** Opens a page of this server with the script, at a clock that the test moves. */
export async function openForm(page: Page, url: string, script: string): Promise<void> {
  await page.clock.install();
  const body = `<!doctype html><title>A form</title><div id="form"></div><script>${script}</script>`;
  await page.context().route('**/form', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${url}/form`);
}
