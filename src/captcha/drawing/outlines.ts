import * as svgCaptcha from 'svg-captcha';

/**
 * A letter's shape as closed polygons, scaled so that its height is 1 and moved so that its middle is the origin;
 * y grows downwards. Outer contours wind clockwise on the screen, so the shapes of several letters add up to their union.
 */
export interface LetterOutline {
  /** x, y, x, y … of every contour, one after another. */
  readonly points: Float32Array;
  /** For each contour, the index of the point after its last one. */
  readonly contourEnds: Uint16Array;
  /** Width as a share of the height. */
  readonly width: number;
}

export type Typeface = ReadonlyMap<string, LetterOutline>;

/** The size at which the letters are drawn once; svg-captcha shifts points by 0.1 units at random, which is nothing at this size. */
const UNITS = 1000;
/** Farthest that a flattened curve may be from the curve, and longest straight piece (longer ones could not be bent), in units. */
const TOLERANCE = 4;
const LONGEST_PIECE = 190;

interface LoadedFont {
  charToGlyphIndex(letter: string): number | null;
}

/**
 * Reads a font file (TrueType, OpenType or WOFF) and keeps the outline of every letter asked for.
 * @throws Error, one line, when the file is no readable font or lacks one of the letters.
 */
export function loadTypeface(fontFile: string, letters: string): Typeface {
  try {
    svgCaptcha.loadFont(fontFile);
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new Error(`Captcha font ${fontFile} cannot be read: ${cause}`);
  }
  const { font } = svgCaptcha.options as { font?: LoadedFont };
  const typeface = new Map<string, LetterOutline>();
  for (const letter of letters) {
    const outline = font?.charToGlyphIndex(letter) ? outlineOf(letter) : undefined;
    if (!outline) throw new Error(`Captcha font ${fontFile} lacks the letter ${letter}`);
    typeface.set(letter, outline);
  }
  return typeface;
}

function outlineOf(letter: string): LetterOutline | undefined {
  const size = { width: 2 * UNITS, height: 2 * UNITS, fontSize: UNITS };
  const svg = svgCaptcha.create({ ...size, size: 1, charPreset: letter, noise: 0 }).data;
  const path = / d="([^"]+)"/.exec(svg)?.[1];
  return path === undefined ? undefined : normalise(flatten(path));
}

/** Turns SVG path data (absolute M, L, Q, C, Z) into polygons. */
function flatten(path: string): number[][] {
  const contours: number[][] = [];
  let contour: number[] = [];
  for (const [, command, operands] of path.matchAll(/([MLQCZ])([^MLQCZ]*)/g)) {
    const numbers = (operands?.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    if (command === 'M') {
      contour = [...numbers];
      contours.push(contour);
    } else if (command === 'Z') {
      addCurve(contour, contour.slice(0, 2));
    } else {
      addCurve(contour, numbers);
    }
  }
  return contours;
}

/** Appends a line, a quadratic or a cubic Bézier curve from the contour's last point: `operands` are its remaining control points. */
function addCurve(contour: number[], operands: readonly number[]): void {
  const controls = [...contour.slice(-2), ...operands];
  const degree = controls.length / 2 - 1;
  let length = 0;
  let bend = 0;
  for (let i = 2; i < controls.length; i++) {
    length = Math.max(length, Math.abs((controls[i] as number) - (controls[i % 2] as number)));
    if (i < 4) continue;
    const second = (controls[i] as number) - 2 * (controls[i - 2] as number) + (controls[i - 4] as number);
    bend = Math.max(bend, Math.abs(second));
  }
  const pieces = Math.ceil(Math.max(1, length / LONGEST_PIECE, Math.sqrt((degree * bend) / (4 * TOLERANCE))));
  for (let piece = 1; piece <= pieces; piece++) {
    contour.push(bezier(controls, 0, piece / pieces), bezier(controls, 1, piece / pieces));
  }
}

/** One coordinate (0 is x, 1 is y) of a Bézier curve at t, by repeated interpolation. */
function bezier(controls: readonly number[], axis: 0 | 1, t: number): number {
  const values = controls.filter((_, index) => index % 2 === axis);
  for (let left = values.length - 1; left > 0; left--) {
    for (let i = 0; i < left; i++) {
      values[i] = (values[i] as number) * (1 - t) + (values[i + 1] as number) * t;
    }
  }
  return values[0] as number;
}

function normalise(contours: readonly number[][]): LetterOutline | undefined {
  const xs = contours.flatMap((contour) => contour.filter((_, index) => index % 2 === 0));
  const ys = contours.flatMap((contour) => contour.filter((_, index) => index % 2 === 1));
  if (xs.length < 3) return undefined;
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const height = bottom - top;
  if (!(height > 0 && right > left)) return undefined;
  const points: number[] = [];
  const contourEnds: number[] = [];
  // The larger contours of a letter are its outer ones, so the sign of the whole area tells the font's direction.
  const clockwise = contours.reduce((area, contour) => area + signedArea(contour), 0) > 0;
  for (const contour of contours) {
    for (let i = 0; i < contour.length; i += 2) {
      const at = clockwise ? i : contour.length - 2 - i;
      points.push(((contour[at] as number) - (left + right) / 2) / height);
      points.push(((contour[at + 1] as number) - (top + bottom) / 2) / height);
    }
    contourEnds.push(points.length / 2);
  }
  return {
    points: Float32Array.from(points),
    contourEnds: Uint16Array.from(contourEnds),
    width: (right - left) / height,
  };
}

function signedArea(contour: readonly number[]): number {
  let twice = 0;
  for (let i = 0; i < contour.length; i += 2) {
    const next = (i + 2) % contour.length;
    twice += (contour[i] as number) * (contour[next + 1] as number);
    twice -= (contour[next] as number) * (contour[i + 1] as number);
  }
  return twice / 2;
}
