import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const NUMBER_BYTES = 16;
const DAY_BYTES = 4;
const SIGNED_BYTES = NUMBER_BYTES + DAY_BYTES;
const SIGNATURE_BYTES = 16;
/** Base64url of all of it, without padding. */
const TOKEN = /^[\w-]{48}$/;
const DAY_MS = 24 * 3_600_000;
/** Days after its last right code for which a device is trusted. */
const TRUSTED_DAYS = 30;
/** By so much the clocks of two servers may be apart, around midnight. */
const MOST_DAYS_AHEAD = 1;

/**
 * Tokens of browsers in which a right code was typed. One holds a random number and a day, signed: neither a mobile nor an address, and
 * nothing of it is kept here but what its device asked for in the last 24 hours.
 */
export class DeviceTokens {
  /**
   * @param secret signs; with another one all tokens are void.
   * @param clock ms since the epoch.
   */
  constructor(
    private readonly secret: string,
    private readonly clock: () => number,
    private readonly random: (bytes: number) => Buffer = randomBytes,
  ) {}

  /** The number of the device; undefined for any text that is no token, is not signed with this secret, or is over. */
  deviceOf(token: string | undefined): string | undefined {
    if (!token || !TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const signed = bytes.subarray(0, SIGNED_BYTES);
    if (!timingSafeEqual(this.signature(signed), bytes.subarray(SIGNED_BYTES))) return undefined;
    const age = this.today() - signed.readUInt32BE(NUMBER_BYTES);
    // A day of the future comes from a clock that was wrong: its token would be good for 30 days beyond that.
    const isOver = age >= TRUSTED_DAYS || age < -MOST_DAYS_AHEAD;
    return isOver ? undefined : signed.toString('base64url', 0, NUMBER_BYTES);
  }

  /** A token of today, for this device or for a new one. */
  tokenFor(device: string | undefined): string {
    const signed = Buffer.alloc(SIGNED_BYTES);
    (device === undefined ? this.random(NUMBER_BYTES) : Buffer.from(device, 'base64url')).copy(signed);
    signed.writeUInt32BE(this.today(), NUMBER_BYTES);
    return Buffer.concat([signed, this.signature(signed)]).toString('base64url');
  }

  private signature(signed: Buffer): Buffer {
    return createHmac('sha256', this.secret).update(signed).digest().subarray(0, SIGNATURE_BYTES);
  }

  private today(): number {
    return Math.floor(this.clock() / DAY_MS);
  }
}
