import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';

export type TicketAlgorithm = 'HS256' | 'EdDSA' | 'ES256' | 'RS256';

/** What a ticket is signed with. */
export interface TicketKey {
  algorithm: TicketAlgorithm;
  /** Secret for HS256, else private. */
  key: KeyObject;
}

/** RFC 7518, 3.2: a key at least as long as the hash. */
const MIN_SECRET_BYTES = 32;
/** RFC 7518, 3.3. */
const MIN_RSA_BITS = 2048;

/** @throws Error that completes "NAME ..." and repeats nothing of the secret. */
export function secretKey(text: string): TicketKey {
  return { algorithm: 'HS256', key: createSecretKey(Buffer.from(secretText(text))) };
}

/** @throws Error that completes "NAME ..." and repeats nothing of the secret. */
export function secretText(text: string): string {
  if (Buffer.byteLength(text) < MIN_SECRET_BYTES) throw new Error(`must be at least ${MIN_SECRET_BYTES} bytes long`);
  return text;
}

/**
 * The private key in a PEM text, whose line breaks may be written `\n`; its kind decides the algorithm.
 * @throws Error that completes "NAME ..." and repeats nothing of the key.
 */
export function privateKey(pem: string): TicketKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(withLineBreaks(pem));
  } catch {
    throw new Error('must be a private key in PEM (PKCS#8), without a passphrase');
  }
  return { algorithm: algorithmOf(key), key };
}

/**
 * The public keys in a PEM text of one or several.
 * @throws Error that completes "NAME ...".
 */
export function publicKeys(pem: string): KeyObject[] {
  const blocks = withLineBreaks(pem).match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error('must be public keys in PEM (SPKI), one after another');
  return blocks.map((block) => {
    let key: KeyObject;
    try {
      key = createPublicKey(block);
    } catch {
      throw new Error('holds a public key that cannot be read');
    }
    algorithmOf(key);
    return key;
  });
}

/** The JWS algorithm of an asymmetric key. */
export function algorithmOf(key: KeyObject): TicketAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return 'EdDSA';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return 'RS256';
  throw new Error(`must be an Ed25519 key, a P-256 key or an RSA key of ${MIN_RSA_BITS} bits or more`);
}

/** Many ways to hand over an environment hold no line break. */
function withLineBreaks(pem: string): string {
  return pem.replaceAll('\\n', '\n');
}
