/**
 * One Huffman code for every picture, in the format of RFC 1951 (https://www.rfc-editor.org/rfc/rfc1951), where a compressor would count
 * and work out a code for each. Anything can be written with it; what looks quite unlike a captcha takes more bytes.
 */

/** Symbols: the bytes 0 to 255, the end, and the lengths of repetitions (section 3.2.5). */
export const END = 256;
export const SYMBOLS = 286;
/** How often a byte may be repeated at a time. */
export const SHORTEST_REPEAT = 3;
export const LONGEST_REPEAT = 258;

/** Code lengths, a hexadecimal digit a symbol, from counts over thousands of pictures: `npx tsx tools/captcha-audit/code-lengths.ts`. */
const CODE_LENGTHS = [
  '3677b877bbb7bbb7bbbbba8bbb97bbb7bbbbbbbbbbbbbbb7bbbbbbbbbbbbbbb76bbbbbbbbbbbbbbb8bbba8abbb89bbbbbbbbbbbbbb98bbb7bbbbbbbbbbbbbbb7',
  '7bbbbbbbbbbbbbbb7bbb8abbbbbbbbbbbbbb98bbb979bbb7bbbbbbbbbbbbbbb57bbbbbbbbbbbbbbb7bbbbbbbbbbbbbbb7bbb89bbb88bbbba7bbb7bbb777a7752',
  'b56666677778889999b9bbbbbbbbbb',
].join('');
/** The same for the code that those lengths are written with (section 3.2.7): a digit for each length from 0 to 18. */
const LENGTH_CODE_LENGTHS = '0776055244510000000';
/** In this order that code comes in a block; what is missing at the end has no code. */
const LENGTH_CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Bits to be written, the lowest first. */
export interface Bits {
  readonly bits: number;
  readonly size: number;
}

/** By symbol. */
export const SYMBOL_CODES: readonly Bits[] = canonicalCodes(digits(CODE_LENGTHS));

/** What stands before the data of a block: that it is the last one, its kind, and its code (section 3.2.7). */
export function blockHeader(): Bits[] {
  const lengthCodes = canonicalCodes(digits(LENGTH_CODE_LENGTHS));
  const written = LENGTH_CODE_ORDER.findLastIndex((length) => lengthCodes[length]?.size) + 1;
  return [
    // The last block; with a code of its own; of so many symbols, one distance and so many lengths.
    { bits: 1, size: 1 },
    { bits: 2, size: 2 },
    { bits: SYMBOLS - 257, size: 5 },
    { bits: 0, size: 5 },
    { bits: written - 4, size: 4 },
    ...LENGTH_CODE_ORDER.slice(0, written).map((length) => ({ bits: lengthCodes[length]?.size ?? 0, size: 3 })),
    // The one distance, of one byte, takes one bit.
    ...[...digits(CODE_LENGTHS), 1].map((length) => lengthCodes[length] as Bits),
  ];
}

/** What says "the byte before, so many times again": length, what is beyond its symbol's least, and the distance of one byte, a 0. */
export function repeatCode(times: number): Bits {
  const symbol = repeatSymbol(times);
  const { bits, size } = SYMBOL_CODES[symbol] as Bits;
  return { bits: bits | ((times - leastRepeat(symbol)) << size), size: size + extraBits(symbol) + 1 };
}

/** The symbol for 3 to 258 repetitions. */
export function repeatSymbol(times: number): number {
  let symbol = SYMBOLS - 1;
  while (leastRepeat(symbol) > times) symbol--;
  return symbol;
}

/** Symbols come four by four: each four have a bit more than the four before to say how far beyond their least they are. */
function extraBits(symbol: number): number {
  return symbol < 265 || symbol === SYMBOLS - 1 ? 0 : (symbol - 261) >> 2;
}

function leastRepeat(symbol: number): number {
  if (symbol === SYMBOLS - 1) return LONGEST_REPEAT;
  const extra = extraBits(symbol);
  return SHORTEST_REPEAT + (extra === 0 ? symbol - 257 : (4 + ((symbol - 261) & 3)) << extra);
}

/** Section 3.2.2: codes of one length follow each other, shorter ones first. A code's highest bit is written first. */
function canonicalCodes(lengths: readonly number[]): Bits[] {
  const codes = lengths.map(() => ({ bits: 0, size: 0 }));
  let next = 0;
  for (let size = 1; size <= 15; size++) {
    next <<= 1;
    for (const [symbol, length] of lengths.entries()) {
      if (length === size) codes[symbol] = { bits: reversed(next++, size), size };
    }
  }
  return codes;
}

function reversed(bits: number, size: number): number {
  let result = 0;
  for (let bit = 0; bit < size; bit++) result |= ((bits >> bit) & 1) << (size - 1 - bit);
  return result;
}

function digits(text: string): number[] {
  return [...text].map((digit) => Number.parseInt(digit, 16));
}
