import type { ProviderCodes } from '../provider-codes';

/** What Ronglian answers when it took the message. */
export const RONGLIAN_SUCCESS = '000000';

/**
 * Ronglian's status codes with a sure meaning. Its system errors (160000 to 160010, 160050, 111001 to 111099) and every code that
 * is not listed are unknown.
 */
export const RONGLIAN_CODES: ProviderCodes = {
  refused: ['112316', '160042', '112317', '160034'],
  throttled: ['111111', '112314', '160015', '160021', '160022', '160038', '160039', '160040', '160041'],
  misconfigured: [
    ...['111109', '111101', '111108', '111115', '111141', '111181', '111212', '111142'],
    ...['160014', '112310', '113302', '112311', '112323', '160032', '160043', '160033', '160049'],
  ],
  // An application in trial, or a trial template, and a number that is not registered for it; a template that is not valid, not of this application, or refused for its words.
  ofSome: ['112310', '113302', '160032', '160043', '160033'],
};
