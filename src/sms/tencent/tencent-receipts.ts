import { chinaTime, deliveryOf, MAINLAND_CARRIER_CODES } from '../carrier-codes';
import { readJsonArray, textOf } from '../json-object';
import { jsonAnswer } from '../provider-push';
import type { Receipt, ReceiptParser } from '../receipts';

/**
 * Tencent Cloud's callback on delivery (cloud.tencent.com/document/product/382/43547): a JSON array. It repeats `SerialNo` of the send's
 * answer as `sid`, and not our id, which only its pull interface has. Nothing is signed.
 */
export const tencentReceipts: ReceiptParser = {
  namesByMessageId: true,
  parse({ body }) {
    const reports = readJsonArray(body);
    if (!reports) return { receipts: [], answer: jsonAnswer(400, { result: 1, errmsg: 'not an array' }) };
    return {
      receipts: reports.map(
        ({ sid, nationcode, mobile, errmsg, report_status, user_receive_time }): Receipt => ({
          messageId: textOf(sid),
          mobile: textOf(nationcode) === '86' ? textOf(mobile) : `+${textOf(nationcode)}${textOf(mobile)}`,
          ...deliveryOf(MAINLAND_CARRIER_CODES, errmsg, report_status === 'SUCCESS'),
          at: chinaTime(user_receive_time),
        }),
      ),
      answer: jsonAnswer(200, { result: 0, errmsg: 'OK' }),
    };
  },
};
