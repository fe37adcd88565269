import { spanOf, table } from '../../src/cli/table';

describe('What commands say', () => {
  test.each([
    [-1, '0 s'],
    [0, '0 s'],
    [1, '1 s'],
    [59_001, '1 min'],
    [7_505_000, '2 h 5 min'],
    [7_205_000, '2 h 5 s'],
    [3_600_000, '1 h'],
    [((31 * 24 + 7) * 60 + 5) * 60_000, '31 d 7 h'],
  ])('a span of %d ms is %s: whole seconds, rounded up, and two units at most', (ms, words) => {
    expect(spanOf(ms)).toBe(words);
  });

  test('columns are as wide as their widest cell, and no line ends with blanks', () => {
    const rows = [
      ['limit', 'used', ''],
      ['mobile-hour', 5, 'FULL'],
    ];
    expect(table(rows)).toEqual(['limit        used', 'mobile-hour  5     FULL']);
  });
});
