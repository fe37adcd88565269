import { deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Makes PNG files of one size and palette: signature, IHDR, PLTE, IDAT and IEND, nothing else. */
export class PngWriter {
  private readonly head: Buffer;

  /** `palette`: up to four colours as 0xRRGGBB; a pixel takes two bits. */
  constructor(width: number, height: number, palette: readonly number[]) {
    const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0]);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
    this.head = Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('PLTE', colours)]);
  }

  /** `rows`: for each row a filter byte (0) and the packed pixels. */
  write(rows: Uint8Array): Buffer {
    return Buffer.concat([this.head, chunk('IDAT', deflateSync(rows, { level: 1 })), chunk('IEND', Buffer.alloc(0))]);
  }
}

/** A chunk of a PNG file: length, type, data, CRC. */
export function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8);
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crcTable[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
