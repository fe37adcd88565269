import { randomInt, timingSafeEqual } from 'node:crypto';
import { KeyedHash } from '../keyed-hash';

/** Keeps these hashes apart from whatever else the same secret makes. */
const DOMAIN = 'sms-verification-server/sms-id/1:';
/** Of 32 hex digits: the time in ms, random ones, and a hash of both. */
const TIME_DIGITS = 12;
const RANDOM_DIGITS = 10;
const SMS_ID = /^[\da-f]{32}$/;

/**
 * Makes the correlation ids of messages, and knows its own again. What a provider tells of a message comes back with its id: whether
 * that is one of ours, and since when, any server of the shop can tell from the id alone, so no send has to be written down for it.
 * Nothing secret follows from an id, and nobody else can make one.
 */
export class SmsIds {
  private readonly keyedHash: KeyedHash;

  /**
   * @param secret the same on all servers of the shop.
   * @param clock ms since the epoch.
   */
  constructor(
    secret: string,
    private readonly clock: () => number,
    // Unlike bytes, numbers come out of a supply that Node fills for many at once.
    private readonly random: (below: number) => number = randomInt,
  ) {
    this.keyedHash = new KeyedHash(secret);
  }

  /** 32 characters of [0-9a-f], never twice: 40 random bits in any one millisecond. */
  readonly next = (): string => {
    const time = this.clock().toString(16).padStart(TIME_DIGITS, '0').slice(-TIME_DIGITS);
    const random = this.random(16 ** RANDOM_DIGITS)
      .toString(16)
      .padStart(RANDOM_DIGITS, '0');
    const head = time + random;
    return head + this.hash(head);
  };

  /** When the message of this id was asked for, ms since the epoch on the clock of that server; undefined if the id is not one of ours. */
  sentAt(id: string): number | undefined {
    if (!SMS_ID.test(id)) return undefined;
    const head = id.slice(0, TIME_DIGITS + RANDOM_DIGITS);
    if (!timingSafeEqual(Buffer.from(id), Buffer.from(head + this.hash(head)))) return undefined;
    return Number.parseInt(head.slice(0, TIME_DIGITS), 16);
  }

  private hash(head: string): string {
    return this.keyedHash.of(DOMAIN + head, 'hex').slice(0, 32 - TIME_DIGITS - RANDOM_DIGITS);
  }
}
