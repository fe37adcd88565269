import type { ProviderCodes } from '../provider-codes';

/**
 * Twilio's error codes (www.twilio.com/docs/api/errors) with a sure meaning for a message that was just asked for. Errors of delivery
 * (30001 and on) come later, in a status callback; every code that is not listed is unknown.
 */
export const TWILIO_CODES: ProviderCodes = {
  // No valid number; a short code; not reachable from this sender; opted out; not a mobile; a landline.
  refused: ['21211', '21265', '21214', '21612', '21610', '21614', '21635'],
  // Too many requests; too many messages from one sender, or in its queue.
  throttled: ['20429', '14107', '21611'],
  misconfigured: [
    // Credentials, account, permissions.
    ...['20003', '20005', '20008', '20403', '20404'],
    // The address for receipts (RECEIPTS_URL).
    '21609',
    // Body, sender or messaging service.
    ...['21602', '21603', '21604', '21605', '21617', '21619', '21212', '21601', '21606', '21659', '21660', '21661'],
    ...['21701', '21702', '21703', '21704', '21705'],
    // A trial account writes to verified numbers only; a country that the account has not allowed.
    ...['21608', '21408'],
  ],
  // Those two; and a sender, or a messaging service without one, that can't write to the number's country.
  ofSome: ['21608', '21408', '21606', '21659', '21703'],
};
