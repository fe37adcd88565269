import { type InboundParser, mainlandSender } from '../inbound';
import { unsignedAnswer } from '../provider-push';
import { isSignedByTwilio, TWILIO_MISMATCH } from './twilio-signature';

/** TwiML (www.twilio.com/docs/messaging/twiml): nothing is sent back. */
const NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

/**
 * Twilio's webhook for messages that people send (www.twilio.com/docs/messaging/guides/webhook-request): a form, signed.
 * @param publicUrl RECEIPTS_URL, which Twilio's address of this server begins with.
 */
export function twilioInboundParser(authToken: string, publicUrl: string): InboundParser {
  return {
    parse({ headers, target, body }) {
      const form = new URLSearchParams(body);
      const signature = String(headers['x-twilio-signature'] ?? '');
      if (!isSignedByTwilio({ url: publicUrl + target, form, signature }, authToken)) {
        return { messages: [], answer: unsignedAnswer(403, TWILIO_MISMATCH) };
      }
      const from = form.get('From');
      const text = form.get('Body');
      const answer = { status: 200, contentType: 'text/xml; charset=utf-8', body: NOTHING };
      if (from === null || text === null) return { messages: [], answer };
      // Numbers come in E.164. A sender without a plus is a name, which whoever sends chooses: eleven digits, if need be.
      return { messages: [{ from: from.startsWith('+') ? mainlandSender(from) : 'a name', text }], answer };
    },
  };
}
