import { ALIYUN_CODES } from '../aliyun/aliyun-codes';
import type { ProviderCodes } from '../provider-codes';

/**
 * Status codes of Aliyun's SMS authentication service with a sure meaning. It answers with the codes of Aliyun SMS, on which it stands,
 * and with some of its own: biz.FREQUENCY is its interval between two messages to one number.
 */
export const ALIYUN_AUTH_CODES: ProviderCodes = {
  refused: [...ALIYUN_CODES.refused, 'MOBILE_NUMBER_ILLEGAL'],
  throttled: [...ALIYUN_CODES.throttled, 'biz.FREQUENCY', 'FREQUENCY_FAIL', 'BUSINESS_LIMIT_CONTROL'],
  misconfigured: [...ALIYUN_CODES.misconfigured, 'FUNCTION_NOT_OPENED', 'INVALID_PARAMETERS'],
  // A signature goes with some of the templates.
  ofSome: [
    'isv.SMS_TEMPLATE_ILLEGAL',
    'isv.TEMPLATE_MISSING_PARAMETERS',
    'isv.SMS_SIGNATURE_ILLEGAL',
    'INVALID_PARAMETERS',
  ],
};
