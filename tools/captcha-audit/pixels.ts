import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** A picture as luminance, 0 black to 255 white, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly light: Uint8Array;
}

/** Reads a PNG file of palette indices (up to 8 bits a pixel, no filter but 0), as the captcha's are. */
export function readPng(file: Buffer): Pixels {
  const chunks = new Map(pngChunks(file).map(({ type, data }) => [type, data]));
  const [header, palette, data] = [chunks.get('IHDR'), chunks.get('PLTE'), chunks.get('IDAT')];
  if (!header || !palette || !data || header[9] !== 3) throw new Error('Not an indexed PNG');
  const [width, height, depth] = [header.readUInt32BE(0), header.readUInt32BE(4), header.readUInt8(8)];
  const shades = Array.from({ length: palette.length / 3 }, (_, i) => {
    const [red = 0, green = 0, blue = 0] = palette.subarray(3 * i);
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  });
  const rows = inflateSync(data);
  const rowBytes = 1 + Math.ceil((width * depth) / 8);
  const light = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    if (rows[y * rowBytes] !== 0) throw new Error('Filtered rows are not read here');
    for (let x = 0; x < width; x++) {
      const byte = rows[y * rowBytes + 1 + ((x * depth) >> 3)] ?? 0;
      const index = (byte >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
      light[y * width + x] = shades[index] ?? 0;
    }
  }
  return { width, height, light };
}

/** The chunks of a PNG file in order. */
export function pngChunks(file: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** Writes a grey PNG file. */
export function writePng({ width, height, light }: Pixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) rows.set(light.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')]);
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

/** Enlarges a picture `factor` times, between pixels linearly. */
export function enlarge(picture: Pixels, factor: number): Pixels {
  const [width, height] = [picture.width * factor, picture.height * factor];
  const light = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [row, below, partY] = neighbours(y, factor, picture.height);
    for (let x = 0; x < width; x++) {
      const [column, right, partX] = neighbours(x, factor, picture.width);
      const at = (r: number, c: number): number => picture.light[r * picture.width + c] ?? 0;
      const upper = at(row, column) * (1 - partX) + at(row, right) * partX;
      const lower = at(below, column) * (1 - partX) + at(below, right) * partX;
      light[y * width + x] = upper * (1 - partY) + lower * partY;
    }
  }
  return { width, height, light };
}

function neighbours(position: number, factor: number, size: number): [number, number, number] {
  const exact = Math.min(size - 1, Math.max(0, (position + 0.5) / factor - 0.5));
  const first = Math.floor(exact);
  return [first, Math.min(size - 1, first + 1), exact - first];
}

/** Sets pictures of one size out on a grid, `columns` wide, with `gap` pixels of grey around each. */
export function contactSheet(pictures: readonly Pixels[], columns: number, gap: number): Pixels {
  const [first] = pictures;
  if (!first) throw new Error('No picture to set out');
  const rows = Math.ceil(pictures.length / columns);
  const width = columns * (first.width + gap) + gap;
  const height = rows * (first.height + gap) + gap;
  const light = new Uint8Array(width * height).fill(150);
  pictures.forEach((picture, index) => {
    const left = gap + (index % columns) * (picture.width + gap);
    const top = gap + Math.floor(index / columns) * (picture.height + gap);
    for (let y = 0; y < picture.height; y++) {
      const row = picture.light.subarray(y * picture.width, (y + 1) * picture.width);
      light.set(row, (top + y) * width + left);
    }
  });
  return { width, height, light };
}

/** Black where the picture is darker than `level`, white elsewhere; the other way round when `inverted`. */
export function threshold(picture: Pixels, level: number, inverted = false): Pixels {
  return { ...picture, light: picture.light.map((light) => (light < level !== inverted ? 0 : 255)) };
}
