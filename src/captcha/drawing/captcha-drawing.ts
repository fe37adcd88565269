import { CAPTCHA_LETTERS } from '../alphabet';
import { Composition, HEIGHT, type Style, WIDTH } from './composition';
import { loadTypeface } from './outlines';
import { ownTypefaces } from './own-typefaces';
import { PngWriter } from './png';
import { quantise } from './quantise';
import { RandomSource } from './random-source';
import { CoverageRasteriser } from './rasteriser';

/** Normal is legible first; hard is for clients that look like scripts. */
export type CaptchaLevel = 'normal' | 'hard';

export interface CaptchaDrawing {
  /** A PNG file (240×90 pixels, at most 4,096 bytes) that shows `text`, letters of CAPTCHA_LETTERS; never twice the same. */
  draw(text: string, level: CaptchaLevel): Buffer;
}

/** Background, two tints for letters' edges, ink. */
const PALETTE = [0xf6f4ee, 0xb1b3b9, 0x6c7284, 0x27314f];

const STYLES: Record<CaptchaLevel, Style> = {
  normal: {
    letterHeight: 44,
    heightChange: 3,
    rotation: 0.13,
    shear: 0.12,
    lift: 15.5,
    tightness: 0.96,
    warpX: 2.2,
    warpY: 2.6,
    bandWidth: 6,
    strokeWidth: 5,
  },
  hard: {
    letterHeight: 44,
    heightChange: 3,
    rotation: 0.13,
    shear: 0.12,
    lift: 15.5,
    tightness: 0.93,
    warpX: 2.2,
    warpY: 2.6,
    bandWidth: 9,
    strokeWidth: 6,
  },
};

/**
 * Loads the typefaces (`fontFiles`: absolute paths; none: the product's own) and returns a drawing that uses them.
 * `random` replaces the geometry's random numbers (0 to below 1), which otherwise start afresh from the system's generator for every picture.
 * @throws Error, one line, when a font file cannot be read or lacks a letter of CAPTCHA_LETTERS.
 */
export function createCaptchaDrawing(
  options: { fontFiles?: readonly string[]; random?: () => number } = {},
): CaptchaDrawing {
  const { fontFiles = [] } = options;
  // One after another: svg-captcha knows one font at a time.
  const typefaces =
    fontFiles.length > 0 ? fontFiles.map((file) => loadTypeface(file, CAPTCHA_LETTERS)) : ownTypefaces();
  const source = new RandomSource();
  const composition = new Composition(typefaces, options.random ?? (() => source.next()));
  const [inverting, covering] = [new CoverageRasteriser(WIDTH, HEIGHT), new CoverageRasteriser(WIDTH, HEIGHT)];
  const png = new PngWriter(WIDTH, HEIGHT, PALETTE);
  return {
    draw(text, level) {
      source.reseed();
      const layout = composition.compose(text, STYLES[level]);
      inverting.fill(layout.inverting);
      covering.fill(layout.covering);
      quantise(inverting, covering, png);
      return png.finish();
    },
  };
}
