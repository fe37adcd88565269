import type { ProviderCodes } from '../provider-codes';

/** Aliyun's status codes with a sure meaning. isp.SYSTEM_ERROR and every code that is not listed are unknown. */
export const ALIYUN_CODES: ProviderCodes = {
  refused: ['isv.MOBILE_NUMBER_ILLEGAL', 'isv.BLACK_KEY_CONTROL_LIMIT'],
  throttled: ['isv.BUSINESS_LIMIT_CONTROL', 'isv.DAY_LIMIT_CONTROL', 'isv.MONTH_LIMIT_CONTROL'],
  misconfigured: [
    ...['isv.AMOUNT_NOT_ENOUGH', 'isv.OUT_OF_SERVICE', 'isv.SMS_SIGNATURE_ILLEGAL', 'isv.SMS_TEMPLATE_ILLEGAL'],
    ...['isv.TEMPLATE_MISSING_PARAMETERS', 'isv.DENY_IP_RANGE', 'isp.RAM_PERMISSION_DENY'],
    ...['SignatureDoesNotMatch', 'InvalidAccessKeyId.NotFound'],
  ],
  ofSome: ['isv.SMS_TEMPLATE_ILLEGAL', 'isv.TEMPLATE_MISSING_PARAMETERS'],
};
