import { PolygonBuffer } from '../../../src/captcha/drawing/polygon-buffer';
import { CoverageRasteriser } from '../../../src/captcha/drawing/rasteriser';

/** The winding number of each pixel of polygons, row by row. */
function windings(width: number, height: number, polygons: readonly (readonly [number, number][])[]): number[][] {
  const buffer = new PolygonBuffer();
  for (const polygon of polygons) {
    for (const [x, y] of polygon) buffer.addPoint(x, y);
    buffer.closePolygon();
  }
  const canvas = new CoverageRasteriser(width, height);
  canvas.fill(buffer);
  return Array.from({ length: height }, (_, y) => {
    let winding = 0;
    return Array.from({ length: width }, (_, x) => {
      winding += canvas.deltas[y * canvas.stride + x] ?? 0;
      return Math.round(winding * 1000) / 1000;
    });
  });
}

const square = (left: number, top: number, right: number, bottom: number): [number, number][] => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

describe('coverage of polygons', () => {
  it('is one on pixels wholly inside and nothing outside', () => {
    expect(windings(4, 3, [square(1, 1, 3, 2)])).toEqual([
      [0, 0, 0, 0],
      [0, 1, 1, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('is the share of a pixel that the polygon covers', () => {
    expect(windings(3, 2, [square(0.5, 0.25, 2.25, 2)])).toEqual([
      [0.375, 0.75, 0.188],
      [0.5, 1, 0.25],
    ]);
  });

  it('follows slanted edges across many columns', () => {
    const triangle: [number, number][] = [
      [0, 0],
      [4, 0],
      [0, 1],
    ];

    expect(windings(4, 1, [triangle])).toEqual([[0.875, 0.625, 0.375, 0.125]]);
  });

  it('adds up where polygons overlap and takes away a hole that winds the other way', () => {
    expect(windings(4, 1, [square(0, 0, 3, 1), square(1, 0, 4, 1)])).toEqual([[1, 2, 2, 1]]);
    expect(windings(4, 1, [square(0, 0, 4, 1), square(1, 0, 3, 1).reverse()])).toEqual([[1, 0, 0, 1]]);
  });

  it('sums up to the area of any polygon', () => {
    const circle = Array.from({ length: 60 }, (_, i): [number, number] => {
      const angle = (2 * Math.PI * i) / 60;
      return [16 + 12 * Math.cos(angle), 16 + 12 * Math.sin(angle)];
    });
    const area = windings(32, 32, [circle])
      .flat()
      .reduce((sum, value) => sum + value, 0);

    expect(area).toBeCloseTo(30 * 144 * Math.sin((2 * Math.PI) / 60), 0);
  });
});
