/** Prints what stands as CODE_LENGTHS and LENGTH_CODE_LENGTHS in src/captcha/drawing/deflate-code.ts, from counts over pictures of this run. */
import { randomInt } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../../src/captcha/alphabet';
import { createCaptchaDrawing } from '../../src/captcha/drawing/captcha-drawing';
import { END, LONGEST_REPEAT, repeatSymbol, SHORTEST_REPEAT, SYMBOLS } from '../../src/captcha/drawing/deflate-code';
import { pngChunks } from './pixels';

const PICTURES = 4_000;
/** Longer codes for what hardly ever comes save less than it takes to write such lengths down. */
const LONGEST_CODE = 11;
/** The most that RFC 1951 has room for. */
const LONGEST_LENGTH_CODE = 7;

const lengths = codeLengths(countSymbols(), LONGEST_CODE);
const lengthCounts = Array<number>(19).fill(0);
// The one distance has a length too: 1.
for (const length of [...lengths, 1]) lengthCounts[length] = (lengthCounts[length] ?? 0) + 1;
const hexadecimal = (numbers: readonly number[]) => numbers.map((number) => number.toString(16)).join('');
process.stdout.write(`${hexadecimal(lengths)}\n${hexadecimal(codeLengths(lengthCounts, LONGEST_LENGTH_CODE))}\n`);

/** How often each symbol comes in pictures, and at least once, so that each has a code. */
function countSymbols(): number[] {
  const counts = Array<number>(SYMBOLS).fill(1);
  const count = (symbol: number, times = 1) => {
    counts[symbol] = (counts[symbol] ?? 0) + times;
  };
  const drawing = createCaptchaDrawing();
  for (let picture = 0; picture < PICTURES; picture++) {
    const letters = Array.from({ length: CAPTCHA_LENGTH }, () => CAPTCHA_LETTERS[randomInt(CAPTCHA_LETTERS.length)]);
    const file = drawing.draw(letters.join(''), picture % 5 === 0 ? 'hard' : 'normal');
    const rows = inflateSync(pngChunks(file).find(({ type }) => type === 'IDAT')?.data ?? Buffer.alloc(0));
    for (let at = 0; at < rows.length; ) {
      const byte = rows[at] ?? 0;
      let end = at;
      while (rows[end] === byte) end++;
      let rest = end - at - 1;
      while (rest >= SHORTEST_REPEAT) {
        const times = Math.min(rest, LONGEST_REPEAT);
        count(repeatSymbol(times));
        rest -= times;
      }
      count(byte, 1 + rest);
      at = end;
    }
    count(END);
  }
  return counts;
}

/** The best code lengths of at most `longest` bits, by package-merge (Larmore and Hirschberg, 1990). */
function codeLengths(counts: readonly number[], longest: number): number[] {
  type Package = { count: number; symbols: number[] };
  const rising = (packages: Package[]) => packages.sort((a, b) => a.count - b.count);
  const single = rising(counts.map((count, symbol) => ({ count, symbols: [symbol] })).filter(({ count }) => count > 0));
  let packages: Package[] = [];
  for (let length = 0; length < longest; length++) {
    const pairs: Package[] = [];
    for (let i = 0; i + 1 < packages.length; i += 2) {
      const [first, second] = packages.slice(i, i + 2) as [Package, Package];
      pairs.push({ count: first.count + second.count, symbols: [...first.symbols, ...second.symbols] });
    }
    packages = rising([...single, ...pairs]);
  }
  const lengths = counts.map(() => 0);
  for (const symbol of packages.slice(0, 2 * single.length - 2).flatMap(({ symbols }) => symbols))
    lengths[symbol] = (lengths[symbol] ?? 0) + 1;
  return lengths;
}
