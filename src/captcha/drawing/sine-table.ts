/** Steps of one turn of the sine table. */
export const SINE_STEPS_PER_TURN = 1024;

const { floor } = Math;
const table = Float32Array.from({ length: SINE_STEPS_PER_TURN }, (_, step) =>
  Math.sin((2 * Math.PI * step) / SINE_STEPS_PER_TURN),
);

/** The sine of `step` / SINE_STEPS_PER_TURN turns, to the nearest step below: exact enough for a warp of a few pixels, and cheap. */
export function sineAt(step: number): number {
  return table[floor(step) & (SINE_STEPS_PER_TURN - 1)] as number;
}
