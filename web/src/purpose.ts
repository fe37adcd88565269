import type { VerificationPurpose } from '../../packages/client/src/generated/graphql';

/** What the link to the page asks for, as in `/?purpose=LOGIN`; REGISTER where it asks for nothing, GENERIC for what the server doesn't know. */
export function purposeOf(search: string, known: readonly VerificationPurpose[]): VerificationPurpose {
  const asked = new URLSearchParams(search).get('purpose');
  if (asked === null) return 'REGISTER';
  return known.find((purpose) => purpose === asked) ?? 'GENERIC';
}
