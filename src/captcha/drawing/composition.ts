import { CURVES_PER_TURN, curve } from './curve';
import type { LetterOutline, Typeface } from './outlines';
import type { Scene } from './scene';

export const WIDTH = 240;
export const HEIGHT = 90;
/** Pixels at each edge that nothing is drawn on. */
export const MARGIN = 3;

/** How a level looks. Lengths in pixels, angles in radians; each number is the most that chance adds or takes away. */
export interface Style {
  readonly letterHeight: number;
  readonly heightChange: number;
  readonly rotation: number;
  readonly shear: number;
  /** How far above or below the middle letters stand, by turns. */
  readonly lift: number;
  /** Distance of two neighbours' middles as a share of half their widths together: below 1 their widths overlap. */
  readonly tightness: number;
  readonly warpX: number;
  readonly warpY: number;
  readonly strokes: number;
  readonly strokeWidth: number;
  readonly bands: number;
  readonly bandWidth: number;
}

const NARROWEST = 0.66;
const WIDEST = 1.02;

/** Lays out pictures: letters, strokes and bands go into the scenes as polygons that lie wholly inside the margins. */
export class Composition {
  constructor(
    private readonly typefaces: readonly Typeface[],
    private readonly random: () => number,
  ) {}

  /** `ink` gets the letters and the strokes in their colour, `bands` what inverts whatever it crosses. */
  compose(text: string, style: Style, ink: Scene, bands: Scene): void {
    ink.clear();
    bands.clear();
    this.addLetters(text, style, ink);
    this.warp(style, ink);
    this.fit(ink);
    this.addStrokes(style, ink);
    for (let i = 0; i < style.bands; i++) {
      const middle = HEIGHT * (0.5 + (i + 0.5 - style.bands / 2) / (style.bands + 0.4)) + this.around(3);
      this.addRibbon(bands, style.bandWidth + this.around(2), middle + this.around(8), middle + this.around(8), 6);
    }
  }

  private addLetters(text: string, style: Style, ink: Scene): void {
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
      this.addLetter(outline, x, up * (style.lift + this.around(2)), width / outline.width, height, style, ink);
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
    ink: Scene,
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
        ink.addPoint(x + xx * px + xy * py, y + yx * px + yy * py);
      }
      ink.closePolygon();
    }
  }

  /** Bends the plane: columns along a sine of y, rows along two sines of x. */
  private warp(style: Style, ink: Scene): void {
    const { points, pointCount } = ink;
    const [phaseX, phaseY, phaseZ] = [this.phase(), this.phase(), this.phase()];
    const perY = CURVES_PER_TURN / (58 + this.around(10));
    const perX = CURVES_PER_TURN / (95 + this.around(20));
    const perXFine = CURVES_PER_TURN / (47 + this.around(8));
    const amplitudeX = style.warpX * (1 + this.around(0.3));
    const amplitudeY = style.warpY * (1 + this.around(0.3));
    for (let i = 0; i < pointCount; i++) {
      const x = points[2 * i] as number;
      const y = points[2 * i + 1] as number;
      points[2 * i] = x + amplitudeX * curve(y * perY + phaseX);
      points[2 * i + 1] = y + amplitudeY * (curve(x * perX + phaseY) + 0.4 * curve(x * perXFine + phaseZ));
    }
  }

  /** Moves the word to a place inside the margins, shrinking it where it is too large. */
  private fit(ink: Scene): void {
    const { points, pointCount } = ink;
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

  private addStrokes(style: Style, ink: Scene): void {
    for (let i = 0; i < style.strokes; i++) {
      const side = i % 2 === 0 ? 1 : -1;
      const start = HEIGHT / 2 + side * 14 + this.around(14);
      const end = HEIGHT / 2 - side * 14 + this.around(14);
      this.addRibbon(ink, style.strokeWidth * (1 + this.around(0.15)), start, end, 7);
    }
  }

  /** A wavy ribbon across the picture, from height `startY` to height `endY`, both in pixels. */
  private addRibbon(scene: Scene, width: number, startY: number, endY: number, wave: number): void {
    const left = MARGIN + 2 + this.random() * 10;
    const right = WIDTH - MARGIN - 2 - this.random() * 10;
    const phase = this.phase();
    const perPiece = (CURVES_PER_TURN * (1.3 + this.random() * 1.2)) / RIBBON_PIECES;
    const middle = (piece: number): number =>
      startY + ((endY - startY) * piece) / RIBBON_PIECES + wave * curve(phase + piece * perPiece);
    for (let piece = 0; piece <= RIBBON_PIECES; piece++) {
      const x = left + ((right - left) * piece) / RIBBON_PIECES;
      scene.addPoint(x, clamp(middle(piece) - width / 2, HEIGHT));
    }
    for (let piece = RIBBON_PIECES; piece >= 0; piece--) {
      const x = left + ((right - left) * piece) / RIBBON_PIECES;
      scene.addPoint(x, clamp(middle(piece) + width / 2, HEIGHT));
    }
    scene.closePolygon();
  }

  private around(most: number): number {
    return (2 * this.random() - 1) * most;
  }

  private phase(): number {
    return this.random() * CURVES_PER_TURN;
  }
}

const RIBBON_PIECES = 30;

/** Rounding may put a point a hair outside; the margin is kept whatever happens. */
function clamp(value: number, size: number): number {
  return value < MARGIN ? MARGIN : Math.min(value, size - MARGIN);
}
