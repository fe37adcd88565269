import { type InboundParser, mainlandSender } from '../inbound';
import { readJsonObject } from '../json-object';
import { jsonAnswer, unsignedAnswer } from '../provider-push';
import { webhookVerifier } from './webhook-signature';

/**
 * A message that a person sent, from a gateway of the operator's own: `{from, text}` in JSON, signed with a secret of WEBHOOK_SECRET as
 * Standard Webhooks says. `from` is a number in E.164, or a mainland one by its eleven digits.
 * @param clock ms since the epoch.
 */
export function webhookInboundParser(secrets: readonly string[], clock: () => number): InboundParser {
  const refusal = webhookVerifier(secrets, clock);
  return {
    parse({ headers, body }) {
      const refused = refusal(headers, body);
      if (refused) return { messages: [], answer: unsignedAnswer(401, refused) };
      const { from, text } = readJsonObject(body) ?? {};
      if (typeof from !== 'string' || typeof text !== 'string') {
        return { messages: [], answer: jsonAnswer(400, { error: 'needs from and text' }) };
      }
      return { messages: [{ from: mainlandSender(from), text }], answer: jsonAnswer(200, {}) };
    },
  };
}
