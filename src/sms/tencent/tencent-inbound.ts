import { type InboundParser, mainlandSender } from '../inbound';
import { readJsonObject, textOf } from '../json-object';
import { jsonAnswer } from '../provider-push';

/**
 * Tencent Cloud's callback on messages that people send (cloud.tencent.com/document/product/382/43548): one message a push, its number
 * without the country, which stands in `nationcode`. Nothing is signed.
 */
export const tencentInbound: InboundParser = {
  parse({ body }) {
    const { mobile, nationcode, text } = readJsonObject(body) ?? {};
    if (mobile === undefined || text === undefined) {
      return { messages: [], answer: jsonAnswer(400, { result: 1, errmsg: 'not a message' }) };
    }
    const country = textOf(nationcode ?? '86').replace(/^\+/, '');
    const from = country === '86' ? mainlandSender(mobile) : `+${country}${textOf(mobile)}`;
    return { messages: [{ from, text: textOf(text) }], answer: jsonAnswer(200, { result: 0, errmsg: 'OK' }) };
  },
};
