import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enlarge, type Pixels, threshold, writePng } from './pixels';

/** Block, single line, word. */
const PAGE_MODES = [6, 7, 8];
const PREPARATIONS: Record<string, (picture: Pixels) => Pixels> = {
  'as it is': (picture) => picture,
  'twice as large': (picture) => enlarge(picture, 2),
  'three times as large, black and white': (picture) => threshold(enlarge(picture, 3), 128),
  'twice as large, inverted': (picture) => threshold(enlarge(picture, 2), 128, true),
};

export function tesseractInstalled(): boolean {
  return spawnSync('tesseract', ['--version']).status === 0;
}

/** Reads the pictures in every mode: for each, the texts it saw, in the pictures' order. Only `letters` may be answered. */
export function readByTesseract(pictures: readonly Pixels[], letters: string): Map<string, string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'captcha-'));
  const readings = new Map<string, string[]>();
  try {
    for (const [name, prepare] of Object.entries(PREPARATIONS)) {
      const files = pictures.map((picture, index) => {
        const file = join(folder, `${index}.png`);
        writeFileSync(file, writePng(prepare(picture)));
        return file;
      });
      const list = join(folder, 'list.txt');
      writeFileSync(list, `${files.join('\n')}\n`);
      for (const mode of PAGE_MODES) {
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
