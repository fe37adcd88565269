import type { Pixels } from './pixels';

/** Steepest that a band may climb, in pixels a column. */
const STEEPEST = 1;
/** Columns at each side that bands may not reach into. */
const SIDE = 16;

/**
 * Takes the bands back: a band inverts what it crosses, so along its two edges light and dark change sides in every column. The path with
 * most such changes, at the band's width, is the band; inverting it again leaves the letters. Done twice, once a band.
 */
export function removeBands(picture: Pixels, widths: readonly number[], bands: number): Pixels {
  return withoutTraced(picture, widths, bands, invert);
}

/**
 * Takes bands and strokes away, whichever they are: traced one after the other as above, what lies under each is filled from what stands
 * above and below it, column by column.
 */
export function removeRibbons(picture: Pixels, widths: readonly number[], ribbons: number): Pixels {
  return withoutTraced(picture, widths, ribbons, fill);
}

/** Traces so many, each as wide as fits best, and repairs what lies under each before the next. */
function withoutTraced(picture: Pixels, widths: readonly number[], count: number, repair: typeof fill): Pixels {
  let { light } = picture;
  for (let traced = 0; traced < count; traced++) {
    const traces = widths.map((width) => trace({ ...picture, light }, width));
    const best = traces.reduce((most, found) => (found.score > most.score ? found : most));
    light = repair({ ...picture, light }, best.path, best.width);
  }
  return { ...picture, light };
}

interface Trace {
  readonly path: Int16Array;
  readonly width: number;
  readonly score: number;
}

/** The upper edge, for each column, of the band that follows most changes, by dynamic programming from left to right. */
function trace({ width, height, light }: Pixels, bandWidth: number): Trace {
  const changes = (x: number, y: number): number =>
    Math.abs((light[y * width + x] ?? 0) - (light[(y - 1) * width + x] ?? 0)) / 255;
  const rows = height - bandWidth;
  const from = Array.from({ length: width }, () => new Int16Array(rows));
  let scores = new Float32Array(rows);
  for (let x = SIDE; x < width - SIDE; x++) {
    const next = new Float32Array(rows);
    for (let y = 1; y < rows; y++) {
      let best = y;
      for (let step = -STEEPEST; step <= STEEPEST; step++) {
        const score = (scores[y + step] ?? -1) - 0.05 * Math.abs(step);
        if (score > (scores[best] ?? 0) - 0.05 * Math.abs(best - y)) best = y + step;
      }
      next[y] = (scores[best] ?? 0) - 0.05 * Math.abs(best - y) + Math.min(changes(x, y), changes(x, y + bandWidth));
      (from[x] as Int16Array)[y] = best;
    }
    scores = next;
  }
  const path = new Int16Array(width);
  let y = scores.indexOf(scores.reduce((most, score) => Math.max(most, score), 0));
  const score = scores[y] ?? 0;
  for (let x = width - SIDE - 1; x >= SIDE; x--) {
    path[x] = y;
    y = from[x]?.[y] ?? 0;
  }
  return { path, width: bandWidth, score };
}

function invert({ width, light }: Pixels, path: Int16Array, bandWidth: number): Uint8Array {
  const inverted = Uint8Array.from(light);
  const [paper, ink] = [Math.max(...light), Math.min(...light)];
  for (let x = SIDE; x < width - SIDE; x++) {
    for (let y = path[x] ?? 0; y < (path[x] ?? 0) + bandWidth; y++) {
      const at = y * width + x;
      inverted[at] = paper + ink - (inverted[at] ?? 0);
    }
  }
  return inverted;
}

/** A margin of one pixel belongs to the ribbon: its edges are grey. */
function fill({ width, height, light }: Pixels, path: Int16Array, bandWidth: number): Uint8Array {
  const filled = Uint8Array.from(light);
  for (let x = SIDE; x < width - SIDE; x++) {
    const top = Math.max(1, (path[x] ?? 0) - 1);
    const bottom = Math.min(height - 2, (path[x] ?? 0) + bandWidth);
    const [above, below] = [light[(top - 1) * width + x] ?? 255, light[(bottom + 1) * width + x] ?? 255];
    for (let y = top; y <= bottom; y++) filled[y * width + x] = y < (top + bottom) / 2 ? above : below;
  }
  return filled;
}
