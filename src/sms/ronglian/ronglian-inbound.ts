import { type InboundParser, mainlandSender } from '../inbound';
import { textOf } from '../json-object';
import { readRonglianPush } from './ronglian-push';

/** `smsType` of a message that a person sent; delivery reports have 1. */
const SENT_BY_PERSON = '0';

/**
 * Ronglian's notification of a message that a person sent (SMSArrived of the REST API 2013-12-26, doc.yuntongxun.com): `fromNum` and
 * `content`. Nothing is signed.
 */
export const ronglianInbound: InboundParser = {
  parse({ body }) {
    const { fields, taken, notUnderstood } = readRonglianPush(body);
    const { smsType, fromNum, content } = fields ?? {};
    if (textOf(smsType) !== SENT_BY_PERSON || fromNum === undefined || content === undefined) {
      return { messages: [], answer: notUnderstood };
    }
    return { messages: [{ from: mainlandSender(fromNum), text: textOf(content) }], answer: taken };
  },
};
