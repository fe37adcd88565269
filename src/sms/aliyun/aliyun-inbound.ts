import { type InboundParser, mainlandSender } from '../inbound';
import { readJsonArray, textOf } from '../json-object';
import { jsonAnswer } from '../provider-push';

/**
 * Aliyun's HTTP push of messages that people send (SmsUp, help.aliyun.com/zh/sms/developer-reference/smsup-2): a JSON array. Anything but
 * HTTP 200 with a number in `code` is pushed again, after 1, 5 and 10 minutes. Nothing is signed.
 */
export const aliyunInbound: InboundParser = {
  parse({ body }) {
    const messages = readJsonArray(body);
    if (!messages) return { messages: [], answer: jsonAnswer(400, { code: 1, msg: 'not an array' }) };
    return {
      messages: messages.map(({ phone_number, content }) => ({
        from: mainlandSender(phone_number),
        text: textOf(content),
      })),
      answer: jsonAnswer(200, { code: 0, msg: 'OK' }),
    };
  },
};
