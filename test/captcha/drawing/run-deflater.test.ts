import { constants, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { createCaptchaDrawing } from '../../../src/captcha/drawing/captcha-drawing';
import { RunDeflater } from '../../../src/captcha/drawing/run-deflater';
import { readChunks } from './png-reader';

const SIZE = 20_000;
const deflater = new RunDeflater(SIZE);

type Run = readonly [byte: number, times: number];
const inflated = (runs: readonly Run[]): Buffer => {
  for (const [byte, times] of runs) deflater.add(byte, times);
  return inflateSync(deflater.finish());
};
const plain = (runs: readonly Run[]): Buffer => Buffer.concat(runs.map(([byte, times]) => Buffer.alloc(times, byte)));

describe('What is compressed as runs', () => {
  // zlib refuses a stream whose code, end or checksum is wrong.
  it('is what zlib reads, whatever the runs', () => {
    const run = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(fc.array(run, { maxLength: 60 }), (runs) => expect(inflated(runs)).toEqual(plain(runs))),
      { numRuns: 500 },
    );
  });

  it.each([
    ['nothing', []],
    ['every byte once', Array.from({ length: 256 }, (_, byte): Run => [byte, 1])],
    ['every length of a run', Array.from({ length: 270 }, (_, i): Run => [i % 2, i + 1]).slice(0, 190)],
    ['the longest of them', Array.from({ length: 70 }, (_, i): Run => [255 - (i % 2), 200 + i])],
    ['one run, told in parts', Array.from({ length: 400 }, (): Run => [7, 50])],
    [
      'as many bytes as it may be, all with the longest codes',
      Array.from({ length: SIZE }, (_, i): Run => [(i % 2) + 0x28, 1]),
    ],
  ])('is what zlib reads: %s', (_, runs) => {
    expect(inflated(runs)).toEqual(plain(runs));
  });

  it('takes no more room in pictures than what zlib makes of runs, a code for each picture', () => {
    const drawing = createCaptchaDrawing();
    let [own, zlib] = [0, 0];
    for (let i = 0; i < 200; i++) {
      const data = readChunks(drawing.draw('WA3P9', i % 2 === 0 ? 'normal' : 'hard'))[2]?.data ?? Buffer.alloc(0);
      own += data.length;
      zlib += deflateSync(inflateSync(data), { strategy: constants.Z_RLE }).length;
    }
    expect(own).toBeLessThan(1.03 * zlib);
  });
});
