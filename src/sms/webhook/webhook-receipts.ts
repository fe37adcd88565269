import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Webhook } from 'standardwebhooks';
import { deliveryOf, MAINLAND_CARRIER_CODES } from '../carrier-codes';
import { readJsonObject } from '../json-object';
import { jsonAnswer } from '../provider-push';
import { DELIVERY_OUTCOMES, type DeliveryOutcome, type ReceiptParser } from '../receipts';

/** Standard Webhooks: what is older, or from the future, is turned down. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * What the receiver of the webhook sender tells of a message: `{id, outcome, code?, at?}` in JSON, signed with a secret of WEBHOOK_SECRET as
 * Standard Webhooks says. `at` is a time in RFC 3339.
 * @param clock ms since the epoch.
 */
export function webhookReceiptParser(secrets: readonly string[], clock: () => number): ReceiptParser {
  const library: typeof import('standardwebhooks') = require('standardwebhooks');
  const signers = secrets.map((secret) => new library.Webhook(secret));
  return {
    parse({ headers, body }) {
      if (!isSigned(signers, headers, body, clock())) {
        return { receipts: [], answer: jsonAnswer(401, { error: 'not signed' }) };
      }
      const { id, outcome, code, at } = readJsonObject(body) ?? {};
      if (typeof id !== 'string' || !DELIVERY_OUTCOMES.includes(outcome as DeliveryOutcome)) {
        return { receipts: [], answer: jsonAnswer(400, { error: `needs an id, and one of ${DELIVERY_OUTCOMES}` }) };
      }
      const { carrierCode } = deliveryOf(MAINLAND_CARRIER_CODES, code, outcome === 'delivered');
      const told = Date.parse(String(at));
      const receipt = {
        smsId: id,
        outcome: outcome as DeliveryOutcome,
        carrierCode,
        at: Number.isNaN(told) ? undefined : told,
      };
      return { receipts: [receipt], answer: jsonAnswer(200, {}) };
    },
  };
}

/** Whether one of the signatures is one that a secret of ours makes. */
function isSigned(signers: readonly Webhook[], headers: IncomingHttpHeaders, body: string, now: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  const at = new Date(Number(timestamp) * 1000);
  if (!id || !signatures || !(Math.abs(now - at.getTime()) <= TOLERANCE_MS)) return false;
  const given = String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature));
  return signers.some((signer) => {
    const expected = Buffer.from(signer.sign(String(id), at, body));
    return given.some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
  });
}
