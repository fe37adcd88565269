import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedPush {
  /** The whole address that Twilio was given, with its query. */
  url: string;
  /** The fields of the form. */
  form: URLSearchParams;
  /** The header X-Twilio-Signature. */
  signature: string;
}

export const TWILIO_MISMATCH =
  "its signature doesn't match: compare RECEIPTS_URL with the address that Twilio calls, and TWILIO_AUTH_TOKEN with its console";

/**
 * Whether Twilio signed this push (www.twilio.com/docs/usage/security): base64 of HMAC-SHA1, with the account's auth token, of the
 * address followed by the names and values of the form, sorted by name.
 */
export function isSignedByTwilio({ url, form, signature }: SignedPush, authToken: string): boolean {
  // A name that stands there twice is signed with each of its values once, in order.
  const fields = new Map<string, Set<string>>();
  for (const [name, value] of form) fields.set(name, (fields.get(name) ?? new Set()).add(value));
  const text = [...fields.keys()]
    .sort()
    .flatMap((name) => [...(fields.get(name) ?? [])].sort().map((value) => name + value))
    .join('');
  const given = Buffer.from(signature);
  const expected = Buffer.from(
    createHmac('sha1', authToken)
      .update(url + text)
      .digest('base64'),
  );
  return given.length === expected.length && timingSafeEqual(given, expected);
}
