import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Standard Webhooks: what is older, or from the future, is turned down. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * Tells whether a push is signed with one of these secrets, and lately.
 * @param clock ms since the epoch.
 */
export function webhookVerifier(
  secrets: readonly string[],
  clock: () => number,
): (headers: IncomingHttpHeaders, body: string) => boolean {
  const library: typeof import('standardwebhooks') = require('standardwebhooks');
  const signers = secrets.map((secret) => new library.Webhook(secret));
  return (headers, body) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
    const at = new Date(Number(timestamp) * 1000);
    if (!id || !signatures || !(Math.abs(clock() - at.getTime()) <= TOLERANCE_MS)) return false;
    const given = String(signatures)
      .split(' ')
      .map((signature) => Buffer.from(signature));
    return signers.some((signer) => {
      const expected = Buffer.from(signer.sign(String(id), at, body));
      return given.some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
    });
  };
}
