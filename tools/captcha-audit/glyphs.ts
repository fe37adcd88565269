import type { LetterOutline, Typeface } from '../../src/captcha/drawing/outlines';
import { PolygonBuffer } from '../../src/captcha/drawing/polygon-buffer';
import { CoverageRasteriser } from '../../src/captcha/drawing/rasteriser';
import type { Pixels } from './pixels';

/** A set of dark pixels: their shape squeezed onto a small grid, and how wide it was for its height. */
interface Shape {
  readonly cells: Float32Array;
  readonly aspect: number;
}

interface Template extends Shape {
  readonly letter: string;
}

export interface Segment {
  readonly left: number;
  readonly right: number;
  readonly pixels: readonly number[];
}

const GRID = 16;
const TURNS = [-0.3, -0.15, 0, 0.15, 0.3];
const SHEARS = [-0.2, 0, 0.2];
/** Specks below this many pixels are no letter. */
const SPECK = 60;

/** Every letter of every typeface, turned and sheared a little: what an attacker who knows the product can make. */
export function letterTemplates(typefaces: readonly Typeface[]): Template[] {
  const templates: Template[] = [];
  const polygons = new PolygonBuffer();
  for (const typeface of typefaces) {
    for (const [letter, outline] of typeface) {
      for (const turn of TURNS) {
        for (const shear of SHEARS) {
          place(outline, turn, shear, polygons);
          const canvas = new CoverageRasteriser(160, 160);
          canvas.fill(polygons);
          const dark: number[] = [];
          for (let y = 0; y < canvas.height; y++) {
            let winding = 0;
            for (let x = 0; x < canvas.width; x++) {
              winding += canvas.deltas[y * canvas.stride + x] ?? 0;
              if (winding > 0.5) dark.push(y * canvas.width + x);
            }
          }
          templates.push({ letter, ...shapeOf(dark, canvas.width) });
        }
      }
    }
  }
  return templates;
}

function place(outline: LetterOutline, turn: number, shear: number, polygons: PolygonBuffer): void {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  polygons.clear();
  let i = 0;
  for (const end of outline.contourEnds) {
    for (; i < end; i++) {
      const y = outline.points[2 * i + 1] ?? 0;
      const x = (outline.points[2 * i] ?? 0) + shear * y;
      polygons.addPoint(80 + 50 * (cos * x - sin * y), 80 + 50 * (sin * x + cos * y));
    }
    polygons.closePolygon();
  }
}

/** Reads a picture by cutting it into `count` segments and naming each after its nearest template. */
export function readByGlyphs(
  picture: Pixels,
  templates: readonly Template[],
  count: number,
  strokeRadius: number,
): string {
  const segments = letterSegments(picture, count, strokeRadius);
  return segments.map((segment) => nearest(shapeOf(segment.pixels, picture.width), templates)).join('');
}

/** What is probably each of the letters, from left to right, without what is thinner than twice the radius. */
export function letterSegments(picture: Pixels, count: number, strokeRadius: number): Segment[] {
  const ink = Uint8Array.from(picture.light, (light) => (light < 128 ? 1 : 0));
  const opened = strokeRadius > 0 ? grow(shrink(ink, picture, strokeRadius), picture, strokeRadius) : ink;
  return fitCount(components(opened, picture), count, picture.width);
}

/** Takes away what is thinner than twice the radius: the strokes, where they are thinner than the letters. */
function shrink(ink: Uint8Array, { width }: Pixels, radius: number): Uint8Array {
  const disc: number[] = [];
  for (let y = -Math.ceil(radius); y <= radius; y++) {
    for (let x = -Math.ceil(radius); x <= radius; x++) if (x * x + y * y <= radius * radius) disc.push(y * width + x);
  }
  return ink.map((dark, at) => (dark && disc.every((step) => ink[at + step] !== 0) ? 1 : 0));
}

function grow(ink: Uint8Array, picture: Pixels, radius: number): Uint8Array {
  const paper = ink.map((dark) => 1 - dark);
  return shrink(paper, picture, radius).map((light) => 1 - light);
}

function components(ink: Uint8Array, { width }: Pixels): Segment[] {
  const left = Uint8Array.from(ink);
  const segments: Segment[] = [];
  left.forEach((_, start) => {
    if (!left[start]) return;
    const pixels = [start];
    left[start] = 0;
    for (let i = 0; i < pixels.length; i++) {
      const at = pixels[i] ?? 0;
      for (const next of [at - 1, at + 1, at - width, at + width]) {
        if (!left[next]) continue;
        left[next] = 0;
        pixels.push(next);
      }
    }
    if (pixels.length >= SPECK) segments.push(segmentOf(pixels, width));
  });
  return segments;
}

function segmentOf(pixels: readonly number[], width: number): Segment {
  let [left, right] = [width, 0];
  for (const at of pixels) {
    left = Math.min(left, at % width);
    right = Math.max(right, at % width);
  }
  return { left, right, pixels };
}

/** Cuts the widest segment where its columns hold least ink, or drops the smallest, until there are `count`; from left to right. */
function fitCount(found: readonly Segment[], count: number, width: number): Segment[] {
  const segments = [...found];
  while (segments.length > count) {
    segments.sort((a, b) => a.pixels.length - b.pixels.length).shift();
  }
  while (segments.length > 0 && segments.length < count) {
    const widest = segments.sort((a, b) => a.right - a.left - (b.right - b.left)).pop();
    if (widest) segments.push(...cut(widest, width));
  }
  return segments.sort((a, b) => a.left + a.right - (b.left + b.right));
}

function cut(segment: Segment, width: number): Segment[] {
  const columns = new Uint16Array(width);
  for (const at of segment.pixels) columns[at % width] = (columns[at % width] ?? 0) + 1;
  const third = (segment.right - segment.left) / 3;
  let best = Math.round(segment.left + 1.5 * third);
  for (let x = Math.ceil(segment.left + third); x <= segment.right - third; x++) {
    if ((columns[x] ?? 0) < (columns[best] ?? 0)) best = x;
  }
  const before = segment.pixels.filter((at) => at % width < best);
  const after = segment.pixels.filter((at) => at % width >= best);
  return [segmentOf(before, width), segmentOf(after, width)];
}

function shapeOf(pixels: readonly number[], width: number): Shape {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const at of pixels) {
    const [x, y] = [at % width, Math.floor(at / width)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  const [wide, high] = [right - left + 1, bottom - top + 1];
  const dark = new Set(pixels);
  const cells = new Float32Array(GRID * GRID);
  for (let row = 0; row < 2 * GRID; row++) {
    for (let column = 0; column < 2 * GRID; column++) {
      const x = left + Math.floor(((column + 0.5) * wide) / (2 * GRID));
      const y = top + Math.floor(((row + 0.5) * high) / (2 * GRID));
      const cell = (row >> 1) * GRID + (column >> 1);
      if (dark.has(y * width + x)) cells[cell] = (cells[cell] ?? 0) + 0.25;
    }
  }
  return { cells, aspect: wide / high };
}

function nearest(shape: Shape, templates: readonly Template[]): string {
  let [letter, least] = ['', Infinity];
  for (const template of templates) {
    let distance = 40 * Math.log(shape.aspect / template.aspect) ** 2;
    for (let i = 0; i < shape.cells.length && distance < least; i++) {
      distance += ((shape.cells[i] ?? 0) - (template.cells[i] ?? 0)) ** 2;
    }
    if (distance < least) [letter, least] = [template.letter, distance];
  }
  return letter;
}
