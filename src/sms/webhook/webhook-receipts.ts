import { deliveryOf, MAINLAND_CARRIER_CODES } from '../carrier-codes';
import { readJsonObject, textOf } from '../json-object';
import { jsonAnswer, unsignedAnswer } from '../provider-push';
import { DELIVERY_OUTCOMES, type DeliveryOutcome, type ReceiptParser } from '../receipts';
import { webhookVerifier } from './webhook-signature';

/**
 * What the receiver of the webhook sender tells of a message: `{id, outcome, code?, at?}` in JSON, signed with a secret of WEBHOOK_SECRET as
 * Standard Webhooks says. `at` is a time in RFC 3339.
 * @param clock ms since the epoch.
 */
export function webhookReceiptParser(secrets: readonly string[], clock: () => number): ReceiptParser {
  const refusal = webhookVerifier(secrets, clock);
  return {
    parse({ headers, body }) {
      const refused = refusal(headers, body);
      if (refused) return { receipts: [], answer: unsignedAnswer(401, refused) };
      const { id, outcome, code, at } = readJsonObject(body) ?? {};
      if (typeof id !== 'string' || !DELIVERY_OUTCOMES.includes(outcome as DeliveryOutcome)) {
        return { receipts: [], answer: jsonAnswer(400, { error: `needs an id, and one of ${DELIVERY_OUTCOMES}` }) };
      }
      const { carrierCode } = deliveryOf(MAINLAND_CARRIER_CODES, code, outcome === 'delivered');
      const told = Date.parse(textOf(at));
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
