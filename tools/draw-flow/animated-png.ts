import { deflateSync, inflateSync } from 'node:zlib';
import { chunk } from '../../src/captcha/drawing/png';

export interface Frame {
  /** A PNG of the size and the kind of all others. */
  png: Buffer;
  /** How long it stays, ms. */
  ms: number;
}

const SIGNATURE = 8;

/** One PNG that shows them in turn, for ever: the animation chunks of PNG's third edition (https://www.w3.org/TR/png-3/#apng-frame-based-animation). */
export function animatedPng(frames: readonly Frame[]): Buffer {
  const read = frames.map(({ png }) => chunksOf(png));
  const header = read[0]?.get('IHDR') ?? Buffer.alloc(0);
  if (read.some((chunks) => !chunks.get('IHDR')?.equals(header))) throw new Error('The frames differ in size or kind');
  let sequence = 0;
  const images = frames.flatMap(({ ms }, i) => {
    const control = Buffer.alloc(26);
    control.writeUInt32BE(sequence++, 0);
    header.copy(control, 4, 0, 8);
    // No offset; shown for ms / 1000 seconds, then replaced by the next one as it is.
    control.writeUInt16BE(ms, 20);
    control.writeUInt16BE(1_000, 22);
    const data = deflateSync(inflateSync(read[i]?.get('IDAT') ?? Buffer.alloc(0)), { level: 9, memLevel: 9 });
    if (i === 0) return [chunk('fcTL', control), chunk('IDAT', data)];
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence++);
    return [chunk('fcTL', control), chunk('fdAT', Buffer.concat([number, data]))];
  });
  const animation = Buffer.alloc(8);
  animation.writeUInt32BE(frames.length);
  const signature = frames[0]?.png.subarray(0, SIGNATURE) ?? Buffer.alloc(0);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('acTL', animation),
    ...images,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Chunks by their type; those of one type put together, as pixel data may be. */
function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), png.subarray(at + 8, at + 8 + length)]));
    at += length + 12;
  }
  return chunks;
}
