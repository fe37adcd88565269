import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting } from '../src/config/setting-types';
import { SETTINGS } from '../src/config/settings';

export const OPERATIONS_DOC = join(__dirname, '../docs/operations.md');

const BEGIN = '<!-- settings: written by "npm run docs:settings" from src/config/settings.ts -->';
const END = '<!-- /settings -->';

/** The settings as a Markdown table. */
function settingsTable(): string {
  const rows = Object.entries<Setting<unknown>>(SETTINGS).map(([name, { about, defaultText, secret }]) => {
    const meaning = `${about}${secret ? ' (secret)' : ''}`.replaceAll('|', '\\|');
    return `| ${name} | ${meaning} | ${defaultText ?? ''} |`;
  });
  return ['| setting | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * The document with the table of today between its markers.
 * @throws Error when a marker is missing.
 */
export function withSettings(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('The markers of the settings table are missing');
  return `${document.slice(0, begin + BEGIN.length)}\n${settingsTable()}\n${document.slice(end)}`;
}

if (require.main === module) writeFileSync(OPERATIONS_DOC, withSettings(readFileSync(OPERATIONS_DOC, 'utf8')));
