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
  'allowance_change',
  // For operators; a cluster reads allowances by it as well.
  'read_list',
  'append',
  'tally',
] as const;
export type ScriptName = (typeof SCRIPT_NAMES)[number];

/**
 * The text of lua/NAME.lua with its includes in place, without the functions that it does not call. A build writes it so, since putting
 * all of them together takes a twentieth of a start.
 */
export function luaScript(name: ScriptName): string {
  const text = readFileSync(join(FOLDER, `${name}.lua`), 'utf8');
  const whole = text.replaceAll(/^ *--- @include (\w+)$/gm, (_, include) =>
    readFileSync(join(FOLDER, 'include', `${include}.lua`), 'utf8'),
  );
  return whole === text ? text : withoutUncalled(whole);
}

/** What the first value of a script's answer can be. */
export function statusesOf(name: ScriptName): ReadonlySet<string> {
  return new Set(Array.from(luaScript(name).matchAll(/return \{ '([\w-]+)'/g), ([, status = '']) => status));
}

/** A function of an include. Only its first and its last line are not indented. */
const FUNCTION = /^local function (\w+)\(.*\n(?:.*\n)*?end\n/gm;

/** Every run of a script creates all its functions again: a tenth of a send's time went to functions that it does not call. */
function withoutUncalled(script: string): string {
  const times = new Map<string, number>();
  for (const word of script.replaceAll(/--.*/g, '').match(/\w+/g) ?? []) times.set(word, (times.get(word) ?? 0) + 1);
  const called = script.replaceAll(FUNCTION, (text, name: string) => (times.get(name) === 1 ? '' : text));
  return called === script ? script : withoutUncalled(called);
}
