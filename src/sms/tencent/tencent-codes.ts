import type { ProviderCodes } from '../provider-codes';

/** What Tencent Cloud answers for a number whose message it took. */
export const TENCENT_SUCCESS = 'Ok';

/** Tencent Cloud's status codes with a sure meaning. InternalError.* and every code that is not listed are unknown. */
export const TENCENT_CODES: ProviderCodes = {
  refused: ['InvalidParameterValue.IncorrectPhoneNumber', 'FailedOperation.PhoneNumberInBlacklist'],
  throttled: ['LimitExceeded.*'],
  misconfigured: [
    'AuthFailure.*',
    'FailedOperation.InsufficientBalanceInSmsPackage',
    'FailedOperation.SignatureIncorrectOrUnapproved',
    'FailedOperation.TemplateIncorrectOrUnapproved',
  ],
  ofSome: ['FailedOperation.TemplateIncorrectOrUnapproved'],
};
