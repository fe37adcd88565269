import { secretList } from '../sms/secret-list';

/** 128 bits: so many hex digits, or so many of the letters, digits and two signs that base64url is written in. */
const MIN_HEX = 32;
const MIN_BASE64URL = 22;
const MAX_LENGTH = 128;

/**
 * Reads the secret of the paths that providers push to, or several, comma-separated, while one replaces the other.
 * @throws Error that completes "NAME ..." and repeats nothing of a secret.
 */
export function receiptsSecrets(text: string): string[] {
  const must = `must be 128 random bits or more: ${MIN_HEX} hex digits, or ${MIN_BASE64URL} letters, digits, - and _`;
  return secretList(text, isSecret, must);
}

function isSecret(secret: string): boolean {
  const least = /^[\da-f]+$/i.test(secret) ? MIN_HEX : MIN_BASE64URL;
  return /^[\w-]+$/.test(secret) && secret.length >= least && secret.length <= MAX_LENGTH;
}
