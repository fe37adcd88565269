import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Standard Webhooks: what is older, or from the future, is turned down. */
const TOLERANCE_MS = 5 * 60_000;

const UNSIGNED = "it isn't signed: set WEBHOOK_SECRET at the gateway too, which must sign as Standard Webhooks says";
const MISMATCH = "its signature doesn't match: compare WEBHOOK_SECRET here and at the gateway";

/**
 * Tells why a push is not taken for one that was signed with one of these secrets, and lately; undefined where it is.
 * @param clock ms since the epoch.
 */
export function webhookVerifier(
  secrets: readonly string[],
  clock: () => number,
): (headers: IncomingHttpHeaders, body: string) => string | undefined {
  const library: typeof import('standardwebhooks') = require('standardwebhooks');
  const signers = secrets.map((secret) => new library.Webhook(secret));
  return (headers, body) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
    const at = new Date(Number(timestamp) * 1000);
    if (!id || !signatures || Number.isNaN(at.getTime())) return UNSIGNED;
    const given = String(signatures)
      .split(' ')
      .map((signature) => Buffer.from(signature));
    const isSigned = signers.some((signer) => {
      const expected = Buffer.from(signer.sign(String(id), at, body));
      return given.some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
    });
    if (!isSigned) return MISMATCH;
    const aheadMs = at.getTime() - clock();
    if (Math.abs(aheadMs) <= TOLERANCE_MS) return undefined;
    const apart = `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
    return `its time is ${apart} this clock: set the clock that is wrong (NTP)`;
  };
}
