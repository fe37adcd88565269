import { randomFillSync } from 'node:crypto';

const SEED_BYTES = 16;
const SEEDS_A_REFILL = 256;
const SHARE = 1 / 2 ** 32;

/**
 * Numbers from 0 to below 1 for geometry. Call `reseed` before each picture: every picture then starts from 128 fresh bits of the
 * system's generator (fetched for many pictures at once), so one picture tells nothing about the next. Within a picture a small fast
 * generator, sfc32, goes on from there.
 */
export class RandomSource {
  private readonly pool = new Int32Array((SEED_BYTES / 4) * SEEDS_A_REFILL);
  private used = this.pool.length;
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 0;

  reseed(): void {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.a = this.pool[this.used++] as number;
    this.b = this.pool[this.used++] as number;
    this.c = this.pool[this.used++] as number;
    this.counter = this.pool[this.used++] as number;
    for (let round = 0; round < 4; round++) this.next();
  }

  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) * SHARE;
  }
}
