import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildPage } from '../web/support/build-page';

/** Builds the page where there is none, as after a checkout without an install. Before the first server is started. */
export function ensurePage(): void {
  if (!existsSync(join(__dirname, '../../dist/web/index.html'))) buildPage();
}
