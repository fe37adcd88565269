/** Room enough for a word of detailed letters with its strokes and bands; a polygons grows when a typeface needs more. */
const INITIAL_POINTS = 2048;

/** Polygons in picture coordinates (pixels, y downwards), kept in one array that is used again for every picture. */
export class PolygonBuffer {
  points = new Float32Array(2 * INITIAL_POINTS);
  pointCount = 0;
  /** For each polygon, the index of the point after its last one. */
  readonly ends: number[] = [];

  clear(): void {
    this.pointCount = 0;
    this.ends.length = 0;
  }

  addPoint(x: number, y: number): void {
    if (2 * this.pointCount === this.points.length) {
      const larger = new Float32Array(2 * this.points.length);
      larger.set(this.points);
      this.points = larger;
    }
    this.points[2 * this.pointCount] = x;
    this.points[2 * this.pointCount + 1] = y;
    this.pointCount++;
  }

  closePolygon(): void {
    this.ends.push(this.pointCount);
  }
}
