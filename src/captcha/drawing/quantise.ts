import { HEIGHT, WIDTH } from './composition';
import type { CoverageRasteriser } from './rasteriser';

// Taken out once: inner loops run up to a hundred times slower where every look-up of a global is intercepted, as in Jest's sandbox.
const { max, min } = Math;

/** A row as PNG wants it: the filter's number (0, none), then four pixels a byte. */
export const ROW_BYTES = 1 + WIDTH / 4;

/**
 * Turns coverage into the four tints of the palette, 0 for bare background to 3 for ink, packed into `rows`. What lies over an odd
 * number of `inverting` shapes is ink (so a band inverts the letters it crosses, and letters that overlap keep their edges), and so is
 * whatever lies over a `covering` one.
 */
export function quantise(inverting: CoverageRasteriser, covering: CoverageRasteriser, rows: Uint8Array): void {
  const { deltas, deltaBits, stride } = inverting;
  const { deltas: coverDeltas, deltaBits: coverBits } = covering;
  let out = 0;
  for (let y = 0; y < HEIGHT; y++) {
    let at = y * stride;
    let winding = 0;
    let cover = 0;
    let packed = 0;
    rows[out++] = 0;
    for (let byte = 1; byte < ROW_BYTES; byte++) {
      const end = at + 4;
      if (anyOfFour(deltaBits, at) || anyOfFour(coverBits, at)) {
        packed = 0;
        for (; at < end; at++) {
          winding += deltas[at] as number;
          cover += coverDeltas[at] as number;
          const rest = winding - 2 * ((winding * 0.5) | 0);
          const odd = rest < 1 ? rest : 2 - rest;
          const shade = min(1, max(odd, cover));
          packed = (packed << 2) | (shade * 3 + 0.5);
        }
      } else {
        // No edge here, which goes for most of the picture: all four pixels are like the one before.
        packed = (packed & 3) * 0b01010101;
        at = end;
      }
      rows[out++] = packed;
    }
  }
}

function anyOfFour(bits: Uint32Array, at: number): boolean {
  return ((bits[at] as number) | (bits[at + 1] as number) | (bits[at + 2] as number) | (bits[at + 3] as number)) !== 0;
}
