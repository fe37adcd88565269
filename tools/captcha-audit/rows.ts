import { letterSegments, type Segment } from './glyphs';
import type { Pixels } from './pixels';

/** Pixels of paper around each letter. */
const GAP = 10;

/** Where each letter of a picture went: into which row, from left to right. */
export interface Rows {
  readonly upper: Pixels;
  readonly lower: Pixels;
  /** For each letter, from left to right, whether it stands in the upper row. */
  readonly order: readonly boolean[];
}

/** Letters stand high and low by turns: sets those of each row side by side on a picture of its own. */
export function rowsApart(picture: Pixels, count: number, strokeRadius: number): Rows {
  const segments = letterSegments(picture, count, strokeRadius);
  const middles = segments.map(
    ({ pixels }) => pixels.reduce((sum, at) => sum + Math.floor(at / picture.width), 0) / pixels.length,
  );
  const even = mean(middles.filter((_, i) => i % 2 === 0));
  const odd = mean(middles.filter((_, i) => i % 2 === 1));
  const order = segments.map((_, i) => (i % 2 === 0) === even < odd);
  const row = (upper: boolean) =>
    lineOf(
      segments.filter((_, i) => order[i] === upper),
      picture,
    );
  return { upper: row(true), lower: row(false), order };
}

/** The letters of two rows that were read apart, in one; fewer where a row had fewer. */
export function interleaved({ order }: Rows, upper: string, lower: string): string {
  let [high, low] = [0, 0];
  return order.map((isUpper) => (isUpper ? upper[high++] : lower[low++]) ?? '').join('');
}

function lineOf(segments: readonly Segment[], { width, height }: Pixels): Pixels {
  const line = {
    width: GAP + segments.reduce((sum, { left, right }) => sum + right - left + 1 + GAP, 0),
    height: height + 2 * GAP,
  };
  const light = new Uint8Array(line.width * line.height).fill(255);
  let start = GAP;
  for (const { left, right, pixels } of segments) {
    for (const at of pixels) light[(Math.floor(at / width) + GAP) * line.width + start + (at % width) - left] = 0;
    start += right - left + 1 + GAP;
  }
  return { ...line, light };
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
}
