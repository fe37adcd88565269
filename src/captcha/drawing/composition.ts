import type { LetterOutline, Typeface } from './outlines';
import { PolygonBuffer } from './polygon-buffer';
import { SINE_STEPS_PER_TURN, sineAt } from './sine-table';

export const WIDTH = 240;
export const HEIGHT = 90;
/** Pixels at each edge that nothing is drawn on. */
export const MARGIN = 3;

/** How a level looks. Lengths in pixels, angles in radians. */
export interface Style {
  readonly letterHeight: number;
  /** The most that chance adds to or takes from a letter's height, its angle and its shear. */
  readonly heightChange: number;
  readonly rotation: number;
  readonly shear: number;
  /** How far above or below the middle letters stand, by turns. */
  readonly lift: number;
  /** Distance of two neighbours' middles as a share of half their widths together: below 1 their widths overlap. */
  readonly tightness: number;
  /** Amplitude of the warp along and across the word. */
  readonly warpX: number;
  readonly warpY: number;
  /** Width of the wavy band that inverts what it crosses, and of the two strokes in the letters' colour. */
  readonly bandWidth: number;
  readonly strokeWidth: number;
}

/** A picture's polygons. */
export interface Layout {
  /** Letters and the band: what lies over an odd number of these is ink. */
  readonly inverting: PolygonBuffer;
  /** Strokes: always ink. */
  readonly covering: PolygonBuffer;
}

/** How much wider or narrower a ribbon may be than its style says. */
const RIBBON_CHANGE = 0.12;
/** How far above or below the middle of the picture the ribbons through the two rows of letters run. */
const ROW = 19;
const { min } = Math;
const NARROWEST = 0.66;
const WIDEST = 1.02;

/**
 * Lays out pictures: letters, a band and strokes, all wholly inside the margins. A band alone would be easy to trace and to invert back;
 * what a stroke covers is gone.
 */
export class Composition {
  private readonly layout: Layout = { inverting: new PolygonBuffer(), covering: new PolygonBuffer() };

  constructor(
    private readonly typefaces: readonly Typeface[],
    private readonly random: () => number,
  ) {}

  /** The layout returned is the same object every time, filled anew. */
  compose(text: string, style: Style): Layout {
    const { inverting, covering } = this.layout;
    inverting.clear();
    covering.clear();
    this.addLetters(text, style, inverting);
    this.warp(style, inverting);
    this.fit(inverting);
    const row = this.random() < 0.5 ? ROW : -ROW;
    this.addRibbon(inverting, style.bandWidth, HEIGHT / 2 + row + this.around(3));
    this.addRibbon(covering, style.strokeWidth, HEIGHT / 2 - row + this.around(3));
    this.addRibbon(covering, style.strokeWidth, HEIGHT / 2 + this.around(ROW));
    return this.layout;
  }

  private addLetters(text: string, style: Style, polygons: PolygonBuffer): void {
    let up = this.random() < 0.5 ? 1 : -1;
    let previousFace = -1;
    let x = 0;
    let previousWidth = 0;
    for (const letter of text) {
      const face = this.anotherFace(previousFace);
      previousFace = face;
      const outline = this.typefaces[face]?.get(letter);
      if (!outline) throw new Error('Captcha text has a letter that is not in the alphabet');
      const height = style.letterHeight + this.around(style.heightChange);
      const width = Math.min(WIDEST, Math.max(NARROWEST, outline.width)) * height * (1 + this.around(0.06));
      x += ((previousWidth + width) / 2) * style.tightness;
      previousWidth = width;
      this.addLetter(outline, x, up * (style.lift + this.around(2)), width / outline.width, height, style, polygons);
      up = -up;
    }
  }

  private anotherFace(previous: number): number {
    const count = this.typefaces.length;
    if (count === 1 || previous < 0) return Math.floor(this.random() * count);
    return (previous + 1 + Math.floor(this.random() * (count - 1))) % count;
  }

  private addLetter(
    outline: LetterOutline,
    x: number,
    y: number,
    scaleX: number,
    scaleY: number,
    style: Style,
    polygons: PolygonBuffer,
  ): void {
    const angle = this.around(style.rotation);
    const shear = this.around(style.shear);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [xx, yx] = [cos * scaleX, sin * scaleX];
    const [xy, yy] = [(cos * shear - sin) * scaleY, (sin * shear + cos) * scaleY];
    const { points, contourEnds } = outline;
    let i = 0;
    for (const end of contourEnds) {
      for (; i < end; i++) {
        const px = points[2 * i] as number;
        const py = points[2 * i + 1] as number;
        polygons.addPoint(x + xx * px + xy * py, y + yx * px + yy * py);
      }
      polygons.closePolygon();
    }
  }

  /** Bends the plane: columns along a sine of y, rows along two sines of x. */
  private warp(style: Style, polygons: PolygonBuffer): void {
    const { points, pointCount } = polygons;
    const [phaseX, phaseY, phaseZ] = [this.phase(), this.phase(), this.phase()];
    const perY = SINE_STEPS_PER_TURN / (58 + this.around(10));
    const perX = SINE_STEPS_PER_TURN / (95 + this.around(20));
    const perXFine = SINE_STEPS_PER_TURN / (47 + this.around(8));
    const amplitudeX = style.warpX * (1 + this.around(0.3));
    const amplitudeY = style.warpY * (1 + this.around(0.3));
    for (let i = 0; i < pointCount; i++) {
      const x = points[2 * i] as number;
      const y = points[2 * i + 1] as number;
      points[2 * i] = x + amplitudeX * sineAt(y * perY + phaseX);
      points[2 * i + 1] = y + amplitudeY * (sineAt(x * perX + phaseY) + 0.4 * sineAt(x * perXFine + phaseZ));
    }
  }

  /** Moves the word to a place inside the margins, shrinking it where it is too large. */
  private fit(polygons: PolygonBuffer): void {
    const { points, pointCount } = polygons;
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < pointCount; i++) {
      const x = points[2 * i] as number;
      const y = points[2 * i + 1] as number;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
    const [roomX, roomY] = [WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN];
    const scaleX = Math.min(1, roomX / (right - left));
    const scaleY = Math.min(1, roomY / (bottom - top));
    const moveX = MARGIN + this.random() * (roomX - scaleX * (right - left)) - scaleX * left;
    const moveY = MARGIN + this.random() * (roomY - scaleY * (bottom - top)) - scaleY * top;
    for (let i = 0; i < pointCount; i++) {
      points[2 * i] = clamp((points[2 * i] as number) * scaleX + moveX, WIDTH);
      points[2 * i + 1] = clamp((points[2 * i + 1] as number) * scaleY + moveY, HEIGHT);
    }
  }

  /** A wavy ribbon across the picture about the height `middle`, tilted a little. */
  private addRibbon(polygons: PolygonBuffer, meanWidth: number, middle: number): void {
    const width = meanWidth * (1 + this.around(RIBBON_CHANGE));
    const left = MARGIN + 2 + this.random() * 10;
    const right = WIDTH - MARGIN - 2 - this.random() * 10;
    const start = middle + this.around(8);
    const end = middle + this.around(8);
    const phase = this.phase();
    const perPiece = (SINE_STEPS_PER_TURN * (1.3 + this.random() * 1.2)) / RIBBON_PIECES;
    const heightAt = (piece: number): number =>
      start + ((end - start) * piece) / RIBBON_PIECES + RIBBON_WAVE * sineAt(phase + piece * perPiece);
    for (let piece = 0; piece <= RIBBON_PIECES; piece++) {
      const x = left + ((right - left) * piece) / RIBBON_PIECES;
      polygons.addPoint(x, clamp(heightAt(piece) - width / 2, HEIGHT));
    }
    for (let piece = RIBBON_PIECES; piece >= 0; piece--) {
      const x = left + ((right - left) * piece) / RIBBON_PIECES;
      polygons.addPoint(x, clamp(heightAt(piece) + width / 2, HEIGHT));
    }
    polygons.closePolygon();
  }

  private around(most: number): number {
    return (2 * this.random() - 1) * most;
  }

  private phase(): number {
    return this.random() * SINE_STEPS_PER_TURN;
  }
}

const RIBBON_PIECES = 30;
const RIBBON_WAVE = 6;

/** Rounding may put a point a hair outside; the margin is kept whatever happens. */
function clamp(value: number, size: number): number {
  return value < MARGIN ? MARGIN : min(value, size - MARGIN);
}
