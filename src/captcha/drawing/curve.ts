/** Steps of one turn of the sine table. */
export const CURVES_PER_TURN = 1024;

const { floor } = Math;
const table = Float32Array.from({ length: CURVES_PER_TURN }, (_, step) =>
  Math.sin((2 * Math.PI * step) / CURVES_PER_TURN),
);

/** The sine of `step` / CURVES_PER_TURN turns, to the nearest step below: exact enough for a warp of a few pixels, and cheap. */
export function curve(step: number): number {
  return table[floor(step) & (CURVES_PER_TURN - 1)] as number;
}
