import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One change of the source that was tried. */
export interface Mutant {
  /** From the project's root. */
  file: string;
  /** The line as it is, and as it was tried. */
  before: string;
  after: string;
  noticed: boolean;
}

interface KnownSurvivors {
  /** Why no test notices these, and none needs to. */
  reason: string;
  mutants: string[];
}

const LIST = join(__dirname, 'survivors.json');

/** What a mutant is called in the list: by its line and not by its number, so that changes elsewhere don't touch it. */
export const nameOf = ({ file, before, after }: Mutant): string => `${file}: ${before} → ${after}`;

/**
 * Prints the score of each folder, and each mutant that nobody noticed and that the list of known ones lacks.
 * @returns those.
 */
export function report(mutants: readonly Mutant[], print: (line: string) => void): Mutant[] {
  const list: KnownSurvivors[] = existsSync(LIST) ? JSON.parse(readFileSync(LIST, 'utf8')) : [];
  const known = new Set(list.flatMap((entry) => entry.mutants));
  const folders = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const folder = mutant.file.slice(0, mutant.file.lastIndexOf('/'));
    folders.set(folder, [...(folders.get(folder) ?? []), mutant]);
  }
  print(`${'folder'.padEnd(36)} mutants  noticed  score  known  new`);
  for (const [folder, its] of [...folders].sort()) {
    const survivors = its.filter(({ noticed }) => !noticed);
    const listed = survivors.filter((mutant) => known.has(nameOf(mutant))).length;
    const noticed = its.length - survivors.length;
    const score = `${((100 * noticed) / its.length).toFixed(1)} %`;
    const columns = [its.length, noticed, score, listed, survivors.length - listed];
    print(folder.padEnd(36) + columns.map((column, i) => String(column).padStart([8, 9, 7, 7, 5][i] ?? 0)).join(''));
  }
  const fresh = mutants.filter((mutant) => !mutant.noticed && !known.has(nameOf(mutant)));
  for (const mutant of fresh) print(`NEW  ${nameOf(mutant)}`);
  return fresh;
}

/** A line of a text without what surrounds it; a replacement of several lines by its first. */
export function shownChange(
  text: string,
  from: number,
  to: number,
  replacement: string,
): [before: string, after: string] {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const endOf = (at: number) => (text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at));
  const before = text.slice(start, endOf(from));
  const whole = text.slice(start, from) + replacement + text.slice(to, endOf(to));
  return [before.trim(), whole.trim().replaceAll(/\s+/g, ' ').slice(0, 160)];
}
