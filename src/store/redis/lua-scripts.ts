import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(__dirname, 'lua');

export const SCRIPT_NAMES = [
  'probe',
  'issue',
  'reserve',
  'refund',
  'verify',
  'note_message',
  'inbound_start',
  'inbound_confirm',
  'inbound_status',
  // For a cluster, slot by slot.
  'take',
  'check',
  'count',
  'refund_count',
  'reserve_mobile',
  'allowance_read',
  'allowance_change',
  // For operators.
  'append',
  'tally',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

/** The text of lua/NAME.lua with its includes put in place. */
export function luaScript(name: ScriptName): string {
  return readFileSync(join(FOLDER, `${name}.lua`), 'utf8').replaceAll(/^--- @include (\w+)$/gm, (_, include) =>
    readFileSync(join(FOLDER, 'include', `${include}.lua`), 'utf8'),
  );
}
