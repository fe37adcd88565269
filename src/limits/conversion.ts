/**
 * Conversion: codes verified over messages sent. Where a number prefix or a network gets many messages and almost none of them is
 * ever verified, nobody is reading them: that is how pumped and bombed numbers look from above. Vonage raises its alarm at 35 % or less;
 * Authgear blocks on unverified sends by prefix or address.
 *
 * Judged are the messages of a window: all that are older than the grace in which they can still be verified, and of the younger
 * ones those that already are. Too low: at least `floor` judged, and verified / judged under `percent`.
 */
export interface ConversionRule {
  /** `watch`: only told of; `enforce`: further messages are refused. */
  mode: 'off' | 'watch' | 'enforce';
  /** Judged messages below which nothing is concluded. */
  floor: number;
  /** 0 to 100. */
  percent: number;
  /** ms. */
  lengthMs: number;
  /** ms. */
  graceMs: number;
}
