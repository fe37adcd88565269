import type { PolygonBuffer } from './polygon-buffer';

// Taken out once: inner loops run up to a hundred times slower where every look-up of a global is intercepted, as in Jest's sandbox.
const { max, min } = Math;

/**
 * Area coverage of filled polygons on a pixel grid. Each edge adds, to the pixels it passes, how much of them lies to its right
 * (signed by the edge's direction); summed along a row that is the winding number of every pixel, fractional where an edge
 * passes. Polygons that wind the same way may therefore be added in any order and overlap freely.
 */
export class CoverageRasteriser {
  /** One number a pixel, and one to spare at each row's end for edges on the right border. */
  readonly deltas: Float32Array;
  /** The same numbers as bits: 0 where nothing was added. */
  readonly deltaBits: Uint32Array;
  readonly stride: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.stride = width + 2;
    this.deltas = new Float32Array(this.stride * height);
    this.deltaBits = new Uint32Array(this.deltas.buffer);
  }

  /** Replaces what was there by the polygons's polygons, all of which must lie on the grid. */
  fill(polygons: PolygonBuffer): void {
    this.deltas.fill(0);
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
      if (y < nextY) this.addEdge(x, y, nextX, nextY, -1);
      else if (nextY < y) this.addEdge(nextX, nextY, x, y, 1);
      x = nextX;
      y = nextY;
    }
  }

  /** An edge from its upper to its lower end. */
  private addEdge(topX: number, topY: number, bottomX: number, bottomY: number, direction: number): void {
    const slope = (bottomX - topX) / (bottomY - topY);
    let x = topX;
    let y = topY;
    for (let row = topY | 0; y < bottomY; row++) {
      const nextY = min(row + 1, bottomY);
      const nextX = x + slope * (nextY - y);
      this.addPiece(row * this.stride, x, nextX, direction * (nextY - y));
      x = nextX;
      y = nextY;
    }
  }

  /** A piece of an edge within one row: from `x` to `nextX`, `rise` of a pixel high (signed). */
  private addPiece(row: number, x: number, nextX: number, rise: number): void {
    const { deltas } = this;
    const left = min(x, nextX);
    const right = max(x, nextX);
    let column = left | 0;
    const last = right | 0;
    if (column === last) {
      const uncovered = rise * ((left + right) / 2 - column);
      deltas[row + column] = (deltas[row + column] as number) + rise - uncovered;
      deltas[row + column + 1] = (deltas[row + column + 1] as number) + uncovered;
      return;
    }
    // The piece is shared out among the columns it crosses, each with its own part of the rise.
    const risePerPixel = rise / (right - left);
    let from = left;
    for (; column <= last; column++) {
      const to = column < last ? column + 1 : right;
      const part = risePerPixel * (to - from);
      const uncovered = part * ((from + to) / 2 - column);
      deltas[row + column] = (deltas[row + column] as number) + part - uncovered;
      deltas[row + column + 1] = (deltas[row + column + 1] as number) + uncovered;
      from = to;
    }
  }
}
