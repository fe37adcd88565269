import { CAPTCHA_LETTERS } from '../../../src/captcha/alphabet';
import { type LetterOutline, loadTypeface } from '../../../src/captcha/drawing/outlines';
import { ownFontFiles } from '../../../src/captcha/drawing/own-typefaces';

interface Point {
  x: number;
  y: number;
}

/** Each contour's points, in their order. */
function contoursOf({ points, contourEnds }: LetterOutline): Point[][] {
  const all = Array.from({ length: points.length / 2 }, (_, i) => ({
    x: points[2 * i] ?? 0,
    y: points[2 * i + 1] ?? 0,
  }));
  return Array.from(contourEnds, (end, i) => all.slice(contourEnds[i - 1] ?? 0, end));
}

/** Positive where the points go clockwise on a screen, whose y grows downwards. */
function areaOf(contour: readonly Point[]): number {
  return contour.reduce((sum, { x, y }, i) => {
    const next = contour[(i + 1) % contour.length] as Point;
    return sum + (x * next.y - next.x * y) / 2;
  }, 0);
}

describe.each(ownFontFiles().map((file) => [file.replace(/.*\//, ''), file]))('The letters of %s', (_, file) => {
  const letters = [...loadTypeface(file, CAPTCHA_LETTERS)].map(([letter, outline]) => ({
    ...{ letter, width: outline.width },
    contours: contoursOf(outline),
  }));

  test('are one high, as wide as they say, and stand around their middle', () => {
    for (const { width, contours } of letters) {
      const [xs, ys] = [contours.flat().map(({ x }) => x), contours.flat().map(({ y }) => y)];
      expect(Math.min(...ys)).toBeCloseTo(-0.5, 5);
      expect(Math.max(...ys)).toBeCloseTo(0.5, 5);
      expect(Math.min(...xs)).toBeCloseTo(-width / 2, 5);
      expect(Math.max(...xs)).toBeCloseTo(width / 2, 5);
    }
  });

  test('wind clockwise outside, so that letters that overlap add up', () => {
    for (const { contours } of letters) {
      const [outer = 0] = contours.map(areaOf).sort((a, b) => Math.abs(b) - Math.abs(a));
      expect(outer).toBeGreaterThan(0);
    }
  });

  test('have pieces short enough to be bent, and no more of them than their shape takes', () => {
    const pieces = letters.flatMap(({ contours }) =>
      contours.flatMap((contour) =>
        contour.map(({ x, y }, i) => {
          const next = contour[(i + 1) % contour.length] as Point;
          return Math.hypot(next.x - x, next.y - y);
        }),
      ),
    );
    expect(Math.max(...pieces)).toBeLessThan(0.4);
    // Every one of them is filled again for each picture.
    expect(pieces.length / letters.length).toBeGreaterThan(20);
    expect(pieces.length / letters.length).toBeLessThan(50);
  });
});
