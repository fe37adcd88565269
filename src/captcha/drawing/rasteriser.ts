import type { PolygonBuffer } from './polygon-buffer';

// Taken out once: inner loops run up to a hundred times slower where every look-up of a global is intercepted, as in Jest's sandbox.
const { ceil } = Math;

/** A row's coverage is the mean of so many lines across it: four, as there are four tints. */
const LINES = 4;

/**
 * Area coverage of filled polygons on a pixel grid. Wherever an edge crosses a line, it adds to that pixel and its neighbour how much of
 * them lies to its right (signed by the edge's direction); summed along a row that is the winding number of every pixel, fractional
 * where an edge passes. Polygons that wind the same way may therefore be added in any order and overlap freely.
 */
export class CoverageRasteriser {
  /** One number a pixel, and some to spare at each row's end for edges on the right border. */
  readonly deltas: Float32Array;
  readonly stride: number;
  /** A bit for each four pixels of a row, the lowest first: 0 where nothing was added. */
  readonly marks: Uint32Array;
  readonly marksStride: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.stride = width + 4;
    this.deltas = new Float32Array(this.stride * height);
    this.marksStride = Math.ceil(this.stride / 128);
    this.marks = new Uint32Array(this.marksStride * height);
  }

  /** Adds polygons, all of which must lie on the grid, to what is there. */
  fill(polygons: PolygonBuffer): void {
    let first = 0;
    for (const end of polygons.ends) {
      this.addPolygon(polygons.points, first, end);
      first = end;
    }
  }

  /** Adds the polygon of points `first` to `end` - 1 of `points` (x, y, x, y …). */
  private addPolygon(points: Float32Array, first: number, end: number): void {
    let x = points[2 * end - 2] as number;
    let y = points[2 * end - 1] as number;
    for (let i = first; i < end; i++) {
      const nextX = points[2 * i] as number;
      const nextY = points[2 * i + 1] as number;
      if (y < nextY) this.addEdge(x, y, nextX, nextY, -1 / LINES);
      else if (nextY < y) this.addEdge(nextX, nextY, x, y, 1 / LINES);
      x = nextX;
      y = nextY;
    }
  }

  /** An edge from its upper to its lower end; `weight` is what a line counts, signed by the edge's direction. */
  private addEdge(topX: number, topY: number, bottomX: number, bottomY: number, weight: number): void {
    const { deltas, marks, stride, marksStride } = this;
    const slope = (bottomX - topX) / (bottomY - topY);
    const firstLine = ceil(topY * LINES - 0.5);
    const endLine = ceil(bottomY * LINES - 0.5);
    let x = topX + slope * ((firstLine + 0.5) / LINES - topY);
    for (let line = firstLine; line < endLine; line++) {
      const row = (line / LINES) | 0;
      const column = x | 0;
      const next = column + 1;
      const uncovered = weight * (x - column);
      const at = row * stride + column;
      deltas[at] = (deltas[at] as number) + weight - uncovered;
      deltas[at + 1] = (deltas[at + 1] as number) + uncovered;
      const word = row * marksStride + (column >> 7);
      const nextWord = row * marksStride + (next >> 7);
      marks[word] = (marks[word] as number) | (1 << (column >> 2));
      marks[nextWord] = (marks[nextWord] as number) | (1 << (next >> 2));
      x += slope / LINES;
    }
  }
}
