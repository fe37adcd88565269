import { type BinaryToTextEncoding, createHash, createHmac, hash } from 'node:crypto';

/** Of SHA-256. */
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Longer texts, in UTF-8, are left to Node's own HMAC. */
const LONGEST_TEXT_BYTES = 256;

/**
 * HMAC-SHA-256 of texts under one key (RFC 2104, 2). Node's createHmac makes an object on both sides of V8 for each hash, and collecting
 * those is most of what it costs: a twentieth of a send.
 */
export class KeyedHash {
  private readonly inner: Buffer;
  private readonly outer: Buffer;

  constructor(private readonly key: string) {
    const bytes = Buffer.from(key);
    const short = bytes.length > BLOCK_BYTES ? createHash('sha256').update(bytes).digest() : bytes;
    const padded = (pad: number, room: number) => {
      const block = Buffer.alloc(BLOCK_BYTES + room);
      for (let i = 0; i < BLOCK_BYTES; i++) block[i] = (short[i] ?? 0) ^ pad;
      return block;
    };
    this.inner = padded(0x36, LONGEST_TEXT_BYTES);
    this.outer = padded(0x5c, DIGEST_BYTES);
  }

  of(text: string, encoding: BinaryToTextEncoding): string {
    if (Buffer.byteLength(text) > LONGEST_TEXT_BYTES) {
      return createHmac('sha256', this.key).update(text).digest(encoding);
    }
    const end = BLOCK_BYTES + this.inner.write(text, BLOCK_BYTES);
    // One byte a character: the quickest way out of `hash`, and into the other buffer.
    this.outer.write(
      hash('sha256', this.inner.subarray(0, end), 'latin1' as BinaryToTextEncoding),
      BLOCK_BYTES,
      'latin1',
    );
    return hash('sha256', this.outer, encoding);
  }
}
