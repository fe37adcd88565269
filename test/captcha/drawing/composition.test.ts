import { createCaptchaDrawing } from '../../../src/captcha/drawing/captcha-drawing';
import { Composition, HEIGHT, MARGIN, type Style, WIDTH } from '../../../src/captcha/drawing/composition';
import type { PolygonBuffer } from '../../../src/captcha/drawing/polygon-buffer';
import { seededRandom } from '../../harness/seeded-random';
import { readRows } from './png-reader';

const STYLE: Style = {
  ...{ letterHeight: 44, heightChange: 0, rotation: 0, shear: 0, lift: 0, tightness: 0.96 },
  ...{ warpX: 2.2, warpY: 2.6, bandWidth: 6, strokeWidth: 5 },
};
/** A face whose one letter is a bar with many points at its sides, so that whatever bends it shows. */
const PIECES = 10;
const side = (x: number, down: boolean) =>
  Array.from({ length: PIECES + 1 }, (_, i) => [x, (down ? -1 : 1) * (0.5 - i / PIECES)]);
const BAR = new Map([
  [
    'I',
    {
      points: new Float32Array([...side(0.4, true), ...side(-0.4, false)].flat()),
      contourEnds: new Uint16Array([2 * (PIECES + 1)]),
      width: 0.8,
    },
  ],
]);
const compose = (style: Style, text = 'I', random: () => number = () => 0.5) =>
  new Composition([BAR], random).compose(text, style);

/** x and y of each point of the nth polygon. */
function polygon({ points, ends }: PolygonBuffer, n: number): [xs: number[], ys: number[]] {
  const own = [...points.subarray(2 * (n > 0 ? (ends[n - 1] ?? 0) : 0), 2 * (ends[n] ?? 0))];
  return [own.filter((_, i) => i % 2 === 0), own.filter((_, i) => i % 2 === 1)];
}
const spread = (numbers: readonly number[]) => Math.max(...numbers) - Math.min(...numbers);

describe('What a picture is made of', () => {
  test('is its letters, a band that inverts them, and two strokes that cover them', () => {
    for (let seed = 0; seed < 50; seed++) {
      const { inverting, covering } = compose(STYLE, 'IIIII', seededRandom(seed));
      expect(inverting.ends).toHaveLength(5 + 1);
      expect(covering.ends).toHaveLength(2);
      for (const [xs] of [polygon(inverting, 5), polygon(covering, 0), polygon(covering, 1)])
        expect(spread(xs)).toBeGreaterThan(WIDTH - 2 * MARGIN - 30);
    }
  });

  test('a band through one row of letters, a stroke through the other, and one near the middle', () => {
    const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
    const [, band] = polygon(compose(STYLE).inverting, 1);
    const [, other] = polygon(compose(STYLE).covering, 0);
    const [, middle] = polygon(compose(STYLE).covering, 1);
    expect(Math.abs(mean(band) - mean(other))).toBeGreaterThan(30);
    expect(Math.abs(mean(middle) - HEIGHT / 2)).toBeLessThan(6);
    // Which row is whose is chance: a band that always ran through one could be inverted back.
    const sides = Array.from({ length: 20 }, (_, seed) => {
      const { inverting, covering } = compose(STYLE, 'I', seededRandom(seed));
      return mean(polygon(inverting, 1)[1]) < mean(polygon(covering, 0)[1]);
    });
    expect(new Set(sides).size).toBe(2);
  });

  test('a word stands anywhere within the margins, across and down: where its letters are says no place', () => {
    const words = Array.from({ length: 100 }, (_, seed) =>
      polygon(compose(STYLE, 'I', seededRandom(seed)).inverting, 0),
    );
    const [width, height] = [
      Math.max(...words.map(([xs]) => spread(xs))),
      Math.max(...words.map(([, ys]) => spread(ys))),
    ];
    expect(spread(words.map(([xs]) => Math.min(...xs)))).toBeGreaterThan(0.8 * (WIDTH - 2 * MARGIN - width));
    expect(spread(words.map(([, ys]) => Math.min(...ys)))).toBeGreaterThan(0.8 * (HEIGHT - 2 * MARGIN - height));
  });

  test('letters are bent both ways: no side of one is straight', () => {
    const [xs] = polygon(compose(STYLE).inverting, 0);
    expect(spread(xs.slice(0, PIECES + 1))).toBeGreaterThan(1);
    const tops = (style: Style) => {
      const { inverting } = compose(style, 'IIIII');
      return [0, 1, 2, 3, 4].map((n) => Math.min(...polygon(inverting, n)[1]));
    };
    expect(spread(tops({ ...STYLE, warpX: 0 }))).toBeGreaterThan(1);
    // Without a warp both would be.
    const [straight] = polygon(compose({ ...STYLE, warpX: 0, warpY: 0 }).inverting, 0);
    expect(spread(straight.slice(0, PIECES + 1))).toBeLessThan(0.01);
    expect(spread(tops({ ...STYLE, warpX: 0, warpY: 0 }))).toBeLessThan(0.01);
  });

  test('given a word that is too wide, then it shrinks as a whole: no letter is pressed against an edge', () => {
    const { inverting } = compose({ ...STYLE, letterHeight: 80, warpX: 0, warpY: 0 }, 'IIIII');
    const widths = [0, 1, 2, 3, 4].map((n) => spread(polygon(inverting, n)[0]));
    expect(Math.max(...widths) - Math.min(...widths)).toBeLessThan(0.01);
    const all = inverting.points.subarray(0, 2 * (inverting.ends[4] ?? 0)).filter((_, i) => i % 2 === 0);
    expect(spread([...all])).toBeCloseTo(WIDTH - 2 * MARGIN, 3);
  });

  test('given letters that are too high, then they shrink as well', () => {
    const { inverting } = compose({ ...STYLE, letterHeight: 120, warpX: 0, warpY: 0 });
    const ys = polygon(inverting, 0)[1].slice(0, PIECES + 1);
    const step = (HEIGHT - 2 * MARGIN) / PIECES;
    for (const [i, y] of ys.entries()) expect(y).toBeCloseTo(MARGIN + i * step, 3);
  });

  test('letters stand in two rows by turns, beginning with either', () => {
    const firsts = new Set<boolean>();
    for (const chance of [0.4, 0.6]) {
      const { inverting } = compose({ ...STYLE, lift: 15 }, 'IIIII', () => chance);
      const tops = [0, 1, 2, 3, 4].map((n) => Math.min(...polygon(inverting, n)[1]));
      const isUpper = tops.map((top) => top < (Math.min(...tops) + Math.max(...tops)) / 2);
      expect(isUpper).toEqual(isUpper.map((_, n) => (n % 2 === 0 ? isUpper[0] : !isUpper[0])));
      firsts.add(isUpper[0] === true);
    }
    expect(firsts.size).toBe(2);
  });

  test('ribbons are as wide as their style says', () => {
    const widthOf = (style: Style) => {
      const [, ys] = polygon(compose(style).covering, 0);
      return Math.abs((ys[0] ?? 0) - (ys.at(-1) ?? 0));
    };
    expect(widthOf(STYLE)).toBeCloseTo(5, 1);
    expect(widthOf({ ...STYLE, strokeWidth: 9 })).toBeCloseTo(9, 1);
  });

  test('neighbours are of different faces, where there are several', () => {
    const faces = [
      BAR,
      new Map([
        [
          'I',
          { points: new Float32Array([0, -0.5, 0.4, 0.5, -0.4, 0.5]), contourEnds: new Uint16Array([3]), width: 0.8 },
        ],
      ]),
    ];
    for (let seed = 0; seed < 20; seed++) {
      const { ends } = new Composition(faces, seededRandom(seed)).compose('IIIII', STYLE).inverting;
      const points = ends.slice(0, 5).map((end, i) => end - (ends[i - 1] ?? 0));
      for (const [i, count] of points.entries()) expect(count).not.toBe(points[i + 1]);
    }
  });
});

test('hard is drawn with more ink over the letters than normal, from the same numbers', () => {
  const ink = (level: 'normal' | 'hard') => {
    let sum = 0;
    for (let seed = 0; seed < 20; seed++) {
      const rows = readRows(createCaptchaDrawing({ random: seededRandom(seed) }).draw('ACE39', level));
      sum += rows.flat().filter((tint) => tint === 3).length;
    }
    return sum;
  };
  expect(ink('hard')).toBeGreaterThan(1.03 * ink('normal'));
});

describe('The chances of a word of two letters, in their order', () => {
  const style = { ...STYLE, heightChange: 3, rotation: 0.13, shear: 0.12, lift: 15 };
  /** Its letters where the nth chance is another than all others. */
  const letters = (nth: number) => {
    let calls = 0;
    const { inverting } = compose(style, 'II', () => (calls++ === nth ? 0.9 : 0.5));
    return [polygon(inverting, 0), polygon(inverting, 1)];
  };
  const usual = letters(-1);

  test.each([
    ['height of the first', 2],
    ['width of the first', 3],
    ['how far the first stands from the middle', 4],
    ['angle of the first', 5],
    ['shear of the first', 6],
    ['height of the second', 8],
    ['where the bend of columns begins', 13],
    ['where that of rows begins', 14],
    ['where the finer one of rows begins', 15],
    ['length of the bend of columns', 16],
    ['length of that of rows', 17],
    ['length of the finer one', 18],
    ['strength of the bend of columns', 19],
    ['strength of that of rows', 20],
    ['place across', 21],
    ['place down', 22],
  ])('%s', (_, nth) => {
    expect(letters(nth)).not.toEqual(usual);
  });
});
