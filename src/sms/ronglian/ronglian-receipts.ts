import { chinaTime, deliveryOf, MAINLAND_CARRIER_CODES } from '../carrier-codes';
import { textOf } from '../json-object';
import type { Receipt, ReceiptParser } from '../receipts';
import { readRonglianPush } from './ronglian-push';

/** `smsType` of a delivery report; what people send has 0. */
const REPORT = '1';

/**
 * Ronglian's notification of delivery (REST API 2013-12-26, doc.yuntongxun.com): a `Request` in JSON or XML, as the application is set up,
 * answered in the same. `reqId` is our id. `status` is 0 for a message that arrived, `deliverCode` the carrier's code. Nothing is signed.
 */
export const ronglianReceipts: ReceiptParser = {
  parse({ body }) {
    const { fields, taken, notUnderstood } = readRonglianPush(body);
    const report = fields?.reqId === undefined || textOf(fields.smsType) !== REPORT ? undefined : fields;
    if (!report) return { receipts: [], answer: notUnderstood };
    const receipt: Receipt = {
      smsId: textOf(report.reqId),
      ...deliveryOf(MAINLAND_CARRIER_CODES, report.deliverCode, textOf(report.status) === '0'),
      at: chinaTime(report.recvTime),
    };
    return { receipts: [receipt], answer: taken };
  },
};
