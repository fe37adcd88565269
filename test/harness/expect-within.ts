/** A time that is told in whole seconds, on a machine that may be slow: from `least` to `most`, both included. */
export function expectWithin(value: number | null | undefined, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}
