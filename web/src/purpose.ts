import type { VerificationPurpose } from '../../packages/client/src/generated/graphql';

/** Of the server's list; a purpose that is newer than this page confirms a number for GENERIC. */
const PURPOSES: Readonly<Record<VerificationPurpose, true>> = {
  REGISTER: true,
  LOGIN: true,
  RESET_PASSWORD: true,
  CHANGE_MOBILE: true,
  CONFIRM_PAYMENT: true,
  GENERIC: true,
};

/** What the link to the page asks for, as in `/?purpose=LOGIN`; REGISTER where it asks for nothing. */
export function purposeOf(search: string): VerificationPurpose {
  const asked = new URLSearchParams(search).get('purpose');
  if (asked === null) return 'REGISTER';
  return Object.hasOwn(PURPOSES, asked) ? (asked as VerificationPurpose) : 'GENERIC';
}
