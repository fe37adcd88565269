import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enlarge, type Pixels, threshold, writePng } from './pixels';
import { interleaved, rowsApart } from './rows';

/** Block, single line, word. */
const PAGE_MODES = [6, 7, 8];
const PREPARATIONS: Record<string, (picture: Pixels) => Pixels> = {
  'as it is': (picture) => picture,
  'twice as large': (picture) => enlarge(picture, 2),
  'three times as large, black and white': (picture) => threshold(enlarge(picture, 3), 128),
  'twice as large, inverted': (picture) => threshold(enlarge(picture, 2), 128, true),
};
/** For pictures whose band and strokes were taken away, which are black and white already. */
export const APART = ['twice as large'];
/** Radii of the disc that a stroke must be thinner than to be taken away. */
const APART_RADII = [3, 3.6];

export function tesseractInstalled(): boolean {
  return spawnSync('tesseract', ['--version']).status === 0;
}

/** Reads the pictures in every mode: for each, the texts it saw, in the pictures' order. Only `letters` may be answered. */
export function readByTesseract(
  pictures: readonly Pixels[],
  letters: string,
  preparations: readonly string[] = Object.keys(PREPARATIONS),
  modes: readonly number[] = PAGE_MODES,
): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'captcha-'));
  const readings = new Map<string, string[]>();
  try {
    for (const name of preparations) {
      const prepare = PREPARATIONS[name] as (picture: Pixels) => Pixels;
      const files = pictures.map((picture, index) => {
        const file = join(folder, `${index}.png`);
        writeFileSync(file, writePng(prepare(picture)));
        return file;
      });
      const list = join(folder, 'list.txt');
      writeFileSync(list, `${files.join('\n')}\n`);
      for (const mode of modes) {
        const options = ['-c', `tessedit_char_whitelist=${letters}`, '-c', 'page_separator=\f'];
        const output = execFileSync('tesseract', [list, '-', '--psm', String(mode), ...options], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          env: { ...process.env, OMP_THREAD_LIMIT: '1' },
        });
        const pages = output.split('\f').map((page) => page.replace(/\s/g, '').toUpperCase());
        readings.set(`${name}, page mode ${mode}`, pages.slice(0, pictures.length));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return readings;
}

/** The same of pictures of `count` letters whose two rows are set apart first; `name` says what was done to them before. */
export function readRowsApart(
  pictures: readonly Pixels[],
  letters: string,
  count: number,
  name: string,
): Map<string, string[]> {
  const readings = new Map<string, string[]>();
  for (const radius of APART_RADII) {
    const thin = `${name}, strokes thinner than ${2 * radius} pixels taken away`;
    const rows = pictures.map((picture) => rowsApart(picture, count, radius));
    const [upper, lower] = (['upper', 'lower'] as const).map((row) =>
      readByTesseract(
        rows.map((each) => each[row]),
        letters,
        APART,
        [7],
      ),
    );
    for (const [mode, texts] of upper ?? []) {
      const below = lower?.get(mode) ?? [];
      readings.set(
        `rows apart, ${thin}, ${mode}`,
        rows.map((each, i) => interleaved(each, texts[i] ?? '', below[i] ?? '')),
      );
    }
  }
  return readings;
}
