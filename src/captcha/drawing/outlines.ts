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
  // Loaded only when used: a server with the product's own typefaces reads no font.
  const svgCaptcha: typeof import('svg-captcha') = require('svg-captcha');
  try {
    svgCaptcha.loadFont(fontFile);
  } catch (error) {
    const cause = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new Error(`Captcha font ${fontFile} cannot be read: ${cause}`);
  }
  const { font } = svgCaptcha.options as { font?: LoadedFont };
  const typeface = new Map<string, LetterOutline>();
  for (const letter of letters) {
    const outline = font?.charToGlyphIndex(letter) ? outlineOf(svgCaptcha, letter) : undefined;
    if (!outline) throw new Error(`Captcha font ${fontFile} lacks the letter ${letter}`);
    typeface.set(letter, outline);
  }
  return typeface;
}

function outlineOf(svgCaptcha: typeof import('svg-captcha'), letter: string): LetterOutline | undefined {
  const size = { width: 2 * UNITS, height: 2 * UNITS, fontSize: UNITS };
  const svg = svgCaptcha.create({ ...size, size: 1, charPreset: letter, noise: 0 }).data;
  const path = / d="([^"]+)"/.exec(svg)?.[1];
  return path === undefined ? undefined : normalise(flatten(path));
}

/** Turns SVG path data (absolute M, L, Q, C, Z) into polygons. */
function flatten(path: string): number[][] {
  const contours: number[][] = [];
  let contour: number[] = [];
  for (const piece of path.split(/(?=[MLQCZ])/)) {
    const command = piece.charAt(0);
    const numbers = (piece.match(/-?[\d.]+/g) ?? []).map(Number);
    if (command === 'M') {
      contour = numbers;
      contours.push(contour);
    } else {
      addCurve(contour, command === 'Z' ? contour.slice(0, 2) : numbers);
    }
  }
  return contours.map(simplify);
}

/** Appends a line, a quadratic or a cubic Bézier curve that starts at the contour's last point; `operands` are its other control points. */
function addCurve(contour: number[], operands: readonly number[]): void {
  const at = operands.length - 2;
  const bend = Math.max(bendOf(contour, operands, 0), bendOf(contour, operands, 1));
  const lengthX = Math.abs((operands[at] as number) - (contour[contour.length - 2] as number));
  const lengthY = Math.abs((operands[at + 1] as number) - (contour[contour.length - 1] as number));
  const pieces = Math.ceil(Math.max(1, lengthX / LONGEST_PIECE, lengthY / LONGEST_PIECE, Math.sqrt(bend / TOLERANCE)));
  const start = contour.length - 2;
  for (let piece = 1; piece <= pieces; piece++) {
    const t = piece / pieces;
    contour.push(
      bezier(contour[start] as number, operands, 0, t),
      bezier(contour[start + 1] as number, operands, 1, t),
    );
  }
}

/** How far a curve's inner control points lie from the line between its ends, along one axis (0 is x, 1 is y). */
function bendOf(contour: readonly number[], operands: readonly number[], axis: 0 | 1): number {
  const start = contour[contour.length - 2 + axis] as number;
  const middle = (start + (operands[operands.length - 2 + axis] as number)) / 2;
  let bend = 0;
  for (let i = axis; i < operands.length - 2; i += 2) bend = Math.max(bend, Math.abs((operands[i] as number) - middle));
  return bend;
}

/** One coordinate of a Bézier curve of degree one to three at t. */
function bezier(start: number, operands: readonly number[], axis: 0 | 1, t: number): number {
  const u = 1 - t;
  const first = operands[axis] as number;
  if (operands.length === 2) return u * start + t * first;
  const second = operands[axis + 2] as number;
  if (operands.length === 4) return u * u * start + 2 * u * t * first + t * t * second;
  const third = operands[axis + 4] as number;
  return u * u * u * start + 3 * u * u * t * first + 3 * u * t * t * second + t * t * t * third;
}

/** Leaves out points that hardly stand out from the line between their neighbours: fewer edges for every picture to come. */
function simplify(contour: readonly number[]): number[] {
  const kept = contour.slice(0, 2);
  for (let i = 2; i < contour.length; i += 2) {
    const x = (contour[i] as number) - (kept[kept.length - 2] as number);
    const y = (contour[i + 1] as number) - (kept[kept.length - 1] as number);
    const onX = (contour[(i + 2) % contour.length] as number) - (kept[kept.length - 2] as number);
    const onY = (contour[(i + 3) % contour.length] as number) - (kept[kept.length - 1] as number);
    const length = Math.hypot(onX, onY);
    if (length > LONGEST_PIECE || Math.abs(x * onY - y * onX) > TOLERANCE * length) {
      kept.push(contour[i] as number, contour[i + 1] as number);
    }
  }
  return kept;
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
