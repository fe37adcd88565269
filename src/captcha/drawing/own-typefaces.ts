import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../project-root';
import { CAPTCHA_LETTERS } from '../alphabet';
import { loadTypeface, type Typeface } from './outlines';

const OWN_FONTS = join(PROJECT_ROOT, 'fonts');
/** Beside dist/main.js: what typefacesText returned when the server was built. */
const PREPARED = join(__dirname, 'typefaces.json');

/** The product's own typefaces, as absolute paths. */
export function ownFontFiles(): string[] {
  const files = readdirSync(OWN_FONTS).filter((name) => name.endsWith('.ttf'));
  return files.sort().map((name) => join(OWN_FONTS, name));
}

/** The product's own typefaces: as a build prepared them, since reading fonts takes a fifth of a start, or else from the fonts. */
export function ownTypefaces(): Typeface[] {
  return existsSync(PREPARED) ? parseTypefaces(readFileSync(PREPARED, 'utf8')) : fromFonts();
}

/** For a build: typefaces as a text that parseTypefaces reads. */
export function typefacesText(typefaces: readonly Typeface[] = fromFonts()): string {
  const letters = typefaces.map((typeface) =>
    Array.from(typeface, ([letter, { points, contourEnds, width }]) => [letter, [...points], [...contourEnds], width]),
  );
  return JSON.stringify(letters);
}

/** What `typefacesText` returned. */
export function parseTypefaces(text: string): Typeface[] {
  const typefaces: [letter: string, points: number[], contourEnds: number[], width: number][][] = JSON.parse(text);
  return typefaces.map(
    (letters) =>
      new Map(
        letters.map(([letter, points, contourEnds, width]) => [
          letter,
          { points: Float32Array.from(points), contourEnds: Uint16Array.from(contourEnds), width },
        ]),
      ),
  );
}

// One after another: svg-captcha knows one font at a time.
const fromFonts = () => ownFontFiles().map((file) => loadTypeface(file, CAPTCHA_LETTERS));
