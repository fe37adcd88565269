import { seededRandom } from '../../harness/seeded-random';

/** Chance with a seed, in the forms that a fuzzer needs. */
export class Dice {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.random() * end);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Bytes of any value. */
  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** The text with a few small accidents: something lost, doubled, put in or swapped. */
  mutated(text: string, splinters: readonly string[]): string {
    let result = text;
    for (let accidents = 1 + this.below(3); accidents > 0; accidents--) {
      const at = this.below(result.length + 1);
      const length = 1 + this.below(6);
      const [before, after] = [result.slice(0, at), result.slice(at)];
      switch (this.below(4)) {
        case 0:
          result = before + after.slice(length);
          break;
        case 1:
          result = before + after.slice(0, length) + after;
          break;
        case 2:
          result = before + this.pick(splinters) + after;
          break;
        default:
          result = before + this.pick(splinters) + after.slice(length);
      }
    }
    return result;
  }
}
