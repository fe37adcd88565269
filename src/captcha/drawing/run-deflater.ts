import { type Bits, blockHeader, END, LONGEST_REPEAT, repeatCode, SHORTEST_REPEAT, SYMBOL_CODES } from './deflate-code';

const { min } = Math;
/** Deflate with a window of 32 KB, compressed as fast as can be (RFC 1950, section 2.2). */
const ZLIB_HEADER = 0x7801;
const ADLER_MODULUS = 65521;
/** The longest code of a byte is below 16 bits. */
const MOST_BYTES_A_BYTE = 2;
const ROOM_FOR_HEADER_AND_END = 512;

/** The codes of bytes and of the end, and those of repetitions by how many they are. */
const symbolBits = Uint16Array.from(SYMBOL_CODES, ({ bits }) => bits);
const symbolSizes = Uint8Array.from(SYMBOL_CODES, ({ size }) => size);
const repeatCodes = Array.from(
  { length: LONGEST_REPEAT + 1 },
  (_, times): Bits => (times < SHORTEST_REPEAT ? { bits: 0, size: 0 } : repeatCode(times)),
);
const repeatBits = Uint32Array.from(repeatCodes, ({ bits }) => bits);
const repeatSizes = Uint8Array.from(repeatCodes, ({ size }) => size);

/**
 * Compresses bytes that come in runs, into a zlib stream (RFC 1950, https://www.rfc-editor.org/rfc/rfc1950) with one block of deflate. It
 * looks for nothing but repetitions of the byte before, and writes them with a code that it knows: a third of zlib's work here.
 */
export class RunDeflater {
  private readonly out: Buffer;
  private readonly view: DataView;
  /** Where the next whole byte goes, and the bits that wait for it, fewer than eight. */
  private at = 2;
  private pending = 0;
  private pendingSize = 0;
  /** The run that is being added to. */
  private byte = -1;
  private times = 0;
  /** The two sums of Adler-32. Their modulus is taken at the end alone: up to there they stay below 2^53. */
  private sum = 1;
  private sumOfSums = 0;
  private readonly afterHeader: { at: number; pending: number; pendingSize: number };

  /** `size`: the most bytes that one stream is made of, at most 1,000,000. */
  constructor(size: number) {
    this.out = Buffer.alloc(MOST_BYTES_A_BYTE * size + ROOM_FOR_HEADER_AND_END);
    this.view = new DataView(this.out.buffer, this.out.byteOffset, this.out.length);
    this.out.writeUInt16BE(ZLIB_HEADER);
    for (const { bits, size } of blockHeader()) this.write(bits, size);
    this.afterHeader = { at: this.at, pending: this.pending, pendingSize: this.pendingSize };
  }

  add(byte: number, times: number): void {
    if (byte === this.byte) {
      this.times += times;
      return;
    }
    this.writeRun();
    this.byte = byte;
    this.times = times;
  }

  /** The stream of what was added since the last one; good until something is added again. */
  finish(): Buffer {
    this.writeRun();
    this.write(symbolBits[END] as number, symbolSizes[END] as number);
    // The last byte may have bits to spare.
    if (this.pendingSize > 0) this.at++;
    this.out.writeUInt16BE(this.sumOfSums % ADLER_MODULUS, this.at);
    this.out.writeUInt16BE(this.sum % ADLER_MODULUS, this.at + 2);
    const stream = this.out.subarray(0, this.at + 4);
    // The header stays where it is for the next one.
    Object.assign(this, this.afterHeader, { byte: -1, times: 0, sum: 1, sumOfSums: 0 });
    return stream;
  }

  private writeRun(): void {
    const { byte, times } = this;
    if (times === 0) return;
    this.sumOfSums += times * this.sum + ((times * (times + 1)) / 2) * byte;
    this.sum += times * byte;
    const bits = symbolBits[byte] as number;
    const size = symbolSizes[byte] as number;
    this.write(bits, size);
    let rest = times - 1;
    while (rest >= SHORTEST_REPEAT) {
      const repeated = min(rest, LONGEST_REPEAT);
      this.write(repeatBits[repeated] as number, repeatSizes[repeated] as number);
      rest -= repeated;
    }
    for (; rest > 0; rest--) this.write(bits, size);
  }

  /** Bits go into bytes from the lowest to the highest. At most 24 at a time. */
  private write(bits: number, size: number): void {
    const pending = this.pending | (bits << this.pendingSize);
    const pendingSize = this.pendingSize + size;
    // All four bytes, whether they are whole or not: what comes next overwrites what isn't.
    this.view.setUint32(this.at, pending, true);
    this.at += pendingSize >> 3;
    this.pending = pending >>> (pendingSize & 24);
    this.pendingSize = pendingSize & 7;
  }
}
