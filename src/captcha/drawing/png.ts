import { crc32 } from 'node:zlib';
import { RunDeflater } from './run-deflater';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Makes PNG files of one size and palette: signature, IHDR, PLTE, IDAT and IEND, nothing else (https://www.w3.org/TR/png-3/). */
export class PngWriter {
  private readonly head: Buffer;
  private readonly end = chunk('IEND', Buffer.alloc(0));
  private readonly data: RunDeflater;

  /** `palette`: up to four colours as 0xRRGGBB; a pixel takes two bits. */
  constructor(width: number, height: number, palette: readonly number[]) {
    const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0]);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
    this.head = Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', colours)]);
    this.data = new RunDeflater(height * (1 + Math.ceil(width / 4)));
  }

  /** For each row: a filter byte (0) and the packed pixels. */
  add(byte: number, times: number): void {
    this.data.add(byte, times);
  }

  /** The file of all rows added. */
  finish(): Buffer {
    return Buffer.concat([this.head, chunk('IDAT', this.data.finish()), this.end]);
  }
}

/** A chunk of a PNG file: length, type, data, CRC. */
export function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}
