import { secretList } from '../secret-list';

const PREFIX = 'whsec_';
/** Standard Webhooks: a symmetric secret has 24 to 64 bytes. */
const MIN_BYTES = 24;
const MAX_BYTES = 64;

/**
 * Reads one signing secret, or several, comma-separated, while one replaces the other.
 * @throws Error that completes "NAME ..." and repeats nothing of a secret.
 */
export function webhookSecrets(text: string): string[] {
  const must = `must be ${PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} random bytes`;
  return secretList(text, isSecret, must);
}

function isSecret(secret: string): boolean {
  const encoded = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= MIN_BYTES && length <= MAX_BYTES;
}
