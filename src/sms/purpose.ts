/**
 * What a code is asked for: it confirms a mobile for this and for nothing else (OWASP ASVS 5.0, 6.6.2). Append only: clients, tickets
 * and provider templates name these.
 */
export const VERIFICATION_PURPOSES = [
  'REGISTER',
  'LOGIN',
  'RESET_PASSWORD',
  'CHANGE_MOBILE',
  'CONFIRM_PAYMENT',
  'GENERIC',
] as const;

export type VerificationPurpose = (typeof VERIFICATION_PURPOSES)[number];
