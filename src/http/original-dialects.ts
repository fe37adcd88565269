import { CAPTCHA_LENGTH } from '../captcha/alphabet';
import type { OriginalDialect } from '../config/original-dialects';
import { Reason } from '../verification/reasons';

export interface DialectAnswer {
  /** Of HTTP. */
  status: number;
  /** JSON. */
  body: object;
}

/** How a kind of front end wants to be answered. */
export interface Dialect {
  /** Letters of a captcha; some pages take exactly four. */
  captchaLength: number;
  /** @param text what `reason` says to a person. */
  answer(reason: Reason, text: string): DialectAnswer;
}

type Failure = Exclude<Reason, Reason.OK>;

/**
 * The numbers of those copies that tell failures apart. Many pages show 4001 (beside the captcha) and 4002 (beside the SMS code) and
 * nothing else, so whatever a person must read gets one of these numbers.
 */
const NUMBERS: Readonly<Record<Failure, number>> = {
  CAPTCHA_EXPIRED: 4001,
  CAPTCHA_MISMATCH: 4001,
  MISSING_PARAMETER: 4003,
  MOBILE_INVALID: 4002,
  TOO_FREQUENT: 4002,
  QUOTA_EXCEEDED: 4002,
  SMS_REJECTED: 4002,
  SMS_UNCONFIRMED: 4002,
  SMS_CODE_EXPIRED: 4002,
  SMS_CODE_MISMATCH: 4002,
  SMS_CODE_LOCKED: 4002,
  SERVICE_UNAVAILABLE: 4002,
  INBOUND_WAITING: 4002,
  INBOUND_NOT_OFFERED: 4002,
};

type Shape = Dialect['answer'];

/** `code` and `errmsg` under HTTP status 200, whatever became of the call. */
function coded(ok: number | string, failure: (reason: Failure) => number | string): Shape {
  return (reason, text) => ({
    status: 200,
    body: { code: reason === Reason.OK ? ok : failure(reason), errmsg: text },
  });
}

const table = coded(200, () => 400);
const listing = coded(0, () => 400);
const numbers = coded(0, (reason) => NUMBERS[reason]);
const strings = coded('0', (reason) => String(NUMBERS[reason]));
/** As Django REST framework answers: HTTP status 200 or 400. */
const byStatus: Shape = (reason, text) =>
  reason === Reason.OK ? { status: 200, body: { message: 'OK' } } : { status: 400, body: { message: text } };

const SHAPES: Readonly<Record<OriginalDialect, Shape>> = {
  '1': table,
  table,
  'table-4': table,
  listing,
  'listing-4': listing,
  strings,
  'strings-4': strings,
  numbers,
  'numbers-4': numbers,
  status: byStatus,
  'status-4': byStatus,
};

export function dialectOf(name: OriginalDialect): Dialect {
  return { captchaLength: name.endsWith('-4') ? 4 : CAPTCHA_LENGTH, answer: SHAPES[name] };
}
