import { chinaTime, deliveryOf, MAINLAND_CARRIER_CODES } from '../carrier-codes';
import { readJsonArray, textOf } from '../json-object';
import { jsonAnswer } from '../provider-push';
import type { Receipt, ReceiptParser } from '../receipts';

/**
 * Aliyun's HTTP push of delivery reports, of SMS (SmsReport, help.aliyun.com/zh/sms/developer-reference/smsreport-2) and of SMS
 * authentication (DypnsSmsVerifyReport): a JSON array with `out_id`, which is our id. Anything but HTTP 200 with a number in `code`
 * is pushed again, after 1, 5 and 10 minutes. Nothing is signed.
 */
export const aliyunReceipts: ReceiptParser = {
  parse({ body }) {
    const reports = readJsonArray(body);
    if (!reports) return { receipts: [], answer: jsonAnswer(400, { code: 1, msg: 'not an array' }) };
    return {
      receipts: reports.map(
        ({ out_id, err_code, success, report_time }): Receipt => ({
          smsId: textOf(out_id),
          ...deliveryOf(MAINLAND_CARRIER_CODES, err_code, success === true || success === 'true'),
          at: chinaTime(report_time),
        }),
      ),
      answer: jsonAnswer(200, { code: 0, msg: 'OK' }),
    };
  },
};
