import { HEIGHT, WIDTH } from './composition';
import type { CoverageRasteriser } from './rasteriser';

// Taken out once: inner loops run up to a hundred times slower where every look-up of a global is intercepted, as in Jest's sandbox.
const { clz32 } = Math;

/** Where packed rows go, as runs of one byte. */
export interface RowSink {
  add(byte: number, times: number): void;
}

/** Four pixels a byte. */
const ROW_BYTES = WIDTH / 4;
/** PNG's filter number, which stands before each row. */
const UNFILTERED = 0;

/** Tints are looked up, since chance decides what a pixel is and a branch would be guessed wrongly: by coverage in so many steps. */
const STEPS = 64;
/** By winding number, modulo two: odd is ink. */
const windingTints = Uint8Array.from({ length: 2 * STEPS }, (_, step) =>
  tintOf(step < STEPS ? step : 2 * STEPS - step),
);
/** By coverage, modulo four: ink wherever there is any. Just below nothing, as rounding may have it, is nothing. */
const coverTints = Uint8Array.from({ length: 4 * STEPS }, (_, step) => (step > 3 * STEPS ? 0 : tintOf(step)));
/** The darker of two tints, by both. */
const darker = Uint8Array.from({ length: 16 }, (_, both) => Math.max(both >> 2, both & 3));

/**
 * Turns coverage into the four tints of the palette, 0 for bare background to 3 for ink, and packs them into rows. What lies over an odd
 * number of `inverting` shapes is ink (so a band inverts the letters it crosses, and letters that overlap keep their edges), and so is
 * whatever lies over a `covering` one. Leaves both rasterisers empty for the next picture.
 */
export function quantise(inverting: CoverageRasteriser, covering: CoverageRasteriser, rows: RowSink): void {
  const { deltas, marks, stride, marksStride } = inverting;
  const { deltas: coverDeltas, marks: coverMarks } = covering;
  for (let y = 0; y < HEIGHT; y++) {
    rows.add(UNFILTERED, 1);
    let winding = 0;
    let cover = 0;
    let packed = 0;
    let done = 0;
    for (let word = 0; word < marksStride; word++) {
      const at = y * marksStride + word;
      let marked = (marks[at] as number) | (coverMarks[at] as number);
      marks[at] = 0;
      coverMarks[at] = 0;
      while (marked !== 0) {
        const byte = 32 * word + 31 - clz32(marked & -marked);
        marked &= marked - 1;
        if (byte > done) rows.add(likeLast(packed), byte - done);
        const first = y * stride + 4 * byte;
        for (let pixel = first; pixel < first + 4; pixel++) {
          winding += deltas[pixel] as number;
          cover += coverDeltas[pixel] as number;
          deltas[pixel] = 0;
          coverDeltas[pixel] = 0;
          const tint = windingTints[(winding * STEPS + 0.5) & (2 * STEPS - 1)] as number;
          const coverTint = coverTints[(cover * STEPS + 0.5) & (4 * STEPS - 1)] as number;
          packed = (packed << 2) | (darker[(tint << 2) | coverTint] as number);
        }
        packed &= 255;
        rows.add(packed, 1);
        done = byte + 1;
      }
    }
    if (done < ROW_BYTES) rows.add(likeLast(packed), ROW_BYTES - done);
  }
}

/** Where no edge is, which goes for most of the picture, all four pixels are like the one before. */
function likeLast(packed: number): number {
  return (packed & 3) * 0b01010101;
}

function tintOf(step: number): number {
  return Math.round((3 * Math.min(step, STEPS)) / STEPS);
}
