import { type CarrierCodes, deliveryOf } from '../carrier-codes';
import { jsonAnswer, unsignedAnswer } from '../provider-push';
import type { Receipt, ReceiptParser } from '../receipts';
import { isSignedByTwilio, TWILIO_MISMATCH } from './twilio-signature';

/** The parameter of the callback's address that has our id. */
export const SMS_ID_PARAMETER = 'smsId';

/** www.twilio.com/docs/api/errors; a message that was delivered has none. */
const TWILIO_CARRIER_CODES: CarrierCodes = {
  delivered: ['delivered', 'read'],
  'temporary-failure': ['30003', '30017', '30022'],
  'permanent-failure': ['21610', '30004', '30005', '30006', '30011'],
  'technical-failure': [
    '30001',
    '30002',
    '30007',
    '30008',
    '30009',
    '30010',
    '30018',
    '30019',
    '30020',
    '30021',
    '30023',
    '30024',
    '30032',
    '30034',
    '30410',
    '30450',
    '30453',
    '63038',
  ],
};

const DELIVERED = ['delivered', 'read'];
const FAILED = ['undelivered', 'failed', 'canceled'];

/**
 * Twilio's status callback (www.twilio.com/docs/messaging/guides/track-outbound-message-status): a form, signed. Our id stands in the
 * address that Twilio was given with the message. States on the way are taken, and tell nothing yet.
 * @param publicUrl RECEIPTS_URL, which Twilio's address of this server begins with.
 */
export function twilioReceiptParser(authToken: string, publicUrl: string): ReceiptParser {
  return {
    parse({ headers, target, query, body }) {
      const form = new URLSearchParams(body);
      const signature = String(headers['x-twilio-signature'] ?? '');
      if (!isSignedByTwilio({ url: publicUrl + target, form, signature }, authToken)) {
        return { receipts: [], answer: unsignedAnswer(403, TWILIO_MISMATCH) };
      }
      const state = form.get('MessageStatus') ?? '';
      const smsId = query.get(SMS_ID_PARAMETER) ?? undefined;
      const delivered = DELIVERED.includes(state);
      const receipts: Receipt[] = [];
      if (delivered || FAILED.includes(state)) {
        const code = delivered ? state : form.get('ErrorCode');
        receipts.push({ smsId, ...deliveryOf(TWILIO_CARRIER_CODES, code, delivered) });
      }
      return { receipts, answer: jsonAnswer(200, {}) };
    },
  };
}
