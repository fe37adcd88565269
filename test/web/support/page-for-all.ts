import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium';
import { type PageServer, startPageServer } from './page-server';

export interface Here {
  readonly browser: Browser;
  readonly server: PageServer;
}

/** One browser and one server for all tests of a suite; there from its `beforeAll` on. */
export function pageForAll(settings?: Readonly<Record<string, string>>): Here {
  const here = {} as { browser: Browser; server: PageServer };
  beforeAll(async () => {
    here.browser = await launchChromium();
    here.server = await startPageServer(settings);
  });
  afterAll(async () => {
    await here.browser?.close();
    await here.server?.stop();
  });
  return here;
}
