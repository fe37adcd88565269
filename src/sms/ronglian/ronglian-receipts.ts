import { chinaTime, deliveryOf, MAINLAND_CARRIER_CODES } from '../carrier-codes';
import { readJsonObject } from '../json-object';
import { jsonAnswer, type PushAnswer } from '../provider-push';
import type { Receipt, ReceiptParser } from '../receipts';

/** `smsType` of a delivery report; what people send has 0. */
const REPORT = '1';
const TAKEN = '000000';
const NOT_UNDERSTOOD = '172001';

/**
 * Ronglian's notification of delivery (REST API 2013-12-26, doc.yuntongxun.com): a `Request` in JSON or XML, as the application is set up,
 * answered in the same. `reqId` is our id. `status` is 0 for a message that arrived, `deliverCode` the carrier's code. Nothing is signed.
 */
export const ronglianReceipts: ReceiptParser = {
  parse({ body }) {
    const isXml = body.trimStart().startsWith('<');
    const request = isXml ? xmlFields(body) : jsonFields(body);
    const report = request?.reqId === undefined || String(request.smsType) !== REPORT ? undefined : request;
    if (!report) return { receipts: [], answer: answerIn(isXml, 400, NOT_UNDERSTOOD) };
    const receipt: Receipt = {
      smsId: String(report.reqId),
      ...deliveryOf(MAINLAND_CARRIER_CODES, report.deliverCode, String(report.status) === '0'),
      at: chinaTime(report.recvTime),
    };
    return { receipts: [receipt], answer: answerIn(isXml, 200, TAKEN) };
  },
};

function jsonFields(body: string): Record<string, unknown> | undefined {
  const value = readJsonObject(body);
  const request = value?.Request ?? value?.request ?? value;
  return typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : undefined;
}

/** The simple elements of a document; nothing else of XML is read, no entity is resolved. */
function xmlFields(body: string): Record<string, unknown> {
  return Object.fromEntries([...body.matchAll(/<(\w{1,32})>([^<>&]*)<\/\1>/g)].map(([, name, text]) => [name, text]));
}

function answerIn(isXml: boolean, status: number, statuscode: string): PushAnswer {
  if (!isXml) return jsonAnswer(status, { Response: { statuscode } });
  const body = `<?xml version="1.0" encoding="UTF-8"?><Response><statuscode>${statuscode}</statuscode></Response>`;
  return { status, contentType: 'application/xml; charset=utf-8', body };
}
