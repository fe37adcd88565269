import { crc32, inflateSync } from 'node:zlib';

export interface Chunk {
  readonly type: string;
  readonly data: Buffer;
  /** Whether the checksum that stands behind the data is right. */
  readonly intact: boolean;
}

/** The chunks of a PNG file, in order. */
export function readChunks(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    const intact = crc32(body) === file.readUInt32BE(at + 8 + length);
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4), intact });
    at += 12 + length;
  }
  return chunks;
}

/** The palette index of every pixel, one array a row, of a file with two bits a pixel and unfiltered rows. */
export function readRows(file: Buffer): number[][] {
  const chunks = readChunks(file);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data ?? Buffer.alloc(13);
  const bytes = inflateSync(chunks.find(({ type }) => type === 'IDAT')?.data ?? Buffer.alloc(0));
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return Array.from({ length: height }, (_, y) => {
    const row = bytes.subarray(y * (1 + width / 4), (y + 1) * (1 + width / 4));
    if (row[0] !== 0) throw new Error('A filtered row');
    return Array.from({ length: width }, (_, x) => ((row[1 + (x >> 2)] ?? 0) >> (6 - 2 * (x & 3))) & 3);
  });
}
