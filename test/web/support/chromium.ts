import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { describeWhere } from '../../harness/describe-where';

/** The same engine without windows comes first: of the whole browser, the window alone takes two thirds of the processor's time. */
const PATHS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map(
  (name) => `/usr/bin/${name}`,
);
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const executablePath = PATHS.find(existsSync);

/** The source of axe-core, to be run in a page. */
export const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export function launchChromium(): Promise<Browser> {
  if (!executablePath) throw new Error(`There is no Chromium at ${PATHS.join(', ')}`);
  return chromium.launch({ executablePath, args: FLAGS });
}

/**
 * A suite that needs a browser. The time-out only ends what would never end: on a busy machine a page takes many times what it takes
 * alone.
 */
export function describeInChromium(name: string, suite: () => void): void {
  jest.setTimeout(120_000);
  const missing = `There is no Chromium at ${PATHS.join(' or ')}, such as Debian's package "chromium-headless-shell" brings`;
  describeWhere(executablePath !== undefined, missing, name, suite);
}
