import { HEIGHT, WIDTH } from './composition';
import type { CoverageRasteriser } from './rasteriser';

/** A row as PNG wants it: the filter's number (0, none), then four pixels a byte. */
export const ROW_BYTES = 1 + WIDTH / 4;

/**
 * Turns coverage into the four tints of the palette, 0 for bare background to 3 for ink, packed into `rows`. What lies over an odd
 * number of shapes is ink: so bands invert the letters they cross, and letters that overlap keep their edges.
 */
export function packTints(coverage: CoverageRasteriser, rows: Uint8Array): void {
  const { deltas, deltaBits, stride } = coverage;
  let out = 0;
  for (let y = 0; y < HEIGHT; y++) {
    let at = y * stride;
    let winding = 0;
    let packed = 0;
    rows[out++] = 0;
    for (let byte = 1; byte < ROW_BYTES; byte++) {
      const end = at + 4;
      if (deltaBits[at] || deltaBits[at + 1] || deltaBits[at + 2] || deltaBits[at + 3]) {
        packed = 0;
        for (; at < end; at++) {
          winding += deltas[at] as number;
          const odd = winding - 2 * ((winding * 0.5) | 0);
          packed = (packed << 2) | ((odd < 1 ? odd : 2 - odd) * 3 + 0.5);
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
