import { HEIGHT, WIDTH } from './composition';
import type { CoverageRasteriser } from './rasteriser';

/** A row as PNG wants it: the filter's number (0, none), then four pixels a byte. */
export const ROW_BYTES = 1 + WIDTH / 4;

/**
 * Turns coverage into the four tints of the palette, 0 for bare background to 3 for ink, packed into `rows`.
 * Bands invert what they cross.
 */
export function packTints(ink: CoverageRasteriser, bands: CoverageRasteriser | undefined, rows: Uint8Array): void {
  let out = 0;
  for (let y = 0; y < HEIGHT; y++) {
    let at = y * ink.stride;
    let inkWinding = 0;
    let bandWinding = 0;
    rows[out++] = 0;
    for (let byte = 1; byte < ROW_BYTES; byte++) {
      let packed = 0;
      for (let pixel = 0; pixel < 4; pixel++, at++) {
        inkWinding += ink.deltas[at] as number;
        let shade = Math.min(inkWinding, 1);
        if (bands) {
          bandWinding += bands.deltas[at] as number;
          // Where two bands cross, the second inverts back.
          const folded = bandWinding < 1 ? bandWinding : 2 - bandWinding;
          shade += folded - 2 * shade * folded;
        }
        packed = (packed << 2) | (shade * 3 + 0.5);
      }
      rows[out++] = packed;
    }
  }
}
