import { createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { algorithmOf, type TicketKey } from './ticket-key';

export interface TicketSettings extends TicketKey {
  /** Public keys to publish beside the own one: the next or the last, while keys are changed. */
  otherPublicKeys: readonly KeyObject[];
  /** The service that the ticket is for: its `aud`. */
  audience: string;
  /** Who vouches: its `iss`. */
  issuer: string;
}

/** Which ticket it is, where the same one may be handed out again. */
export interface TicketIssue {
  /** Its `jti`. */
  id: string;
  /** When the mobile was confirmed, ms since the epoch: its `iat`. */
  at: number;
}

export interface TicketSigner {
  /** A JWT: `sub` the mobile, `purpose` what it was confirmed for, `aud`, `iss`, `iat`, `exp` ten minutes later, and a `jti` that no other ticket has. */
  sign(mobile: string, purpose: string, issue?: TicketIssue): Promise<string>;
  /** The JSON Web Key Set to check tickets with (RFC 7517); undefined where a shared secret signs. */
  readonly publicKeys: string | undefined;
}

/** How long a ticket is good, seconds. */
export const TICKET_SECONDS = 600;

/**
 * Signs proofs that a mobile was confirmed.
 * @param clock ms since the epoch.
 */
export async function createTicketSigner(settings: TicketSettings, clock: () => number): Promise<TicketSigner> {
  const { algorithm, key, otherPublicKeys, audience, issuer } = settings;
  // Loaded only when used.
  const { calculateJwkThumbprint, SignJWT } = await import('jose');

  const published = async (publicKey: KeyObject) => {
    const jwk = publicKey.export({ format: 'jwk' });
    return { ...jwk, use: 'sig', alg: algorithmOf(publicKey), kid: await calculateJwkThumbprint(jwk) };
  };
  const own = algorithm === 'HS256' ? undefined : await published(createPublicKey(key));
  const keys = own && [own, ...(await Promise.all(otherPublicKeys.map(published)))];

  return {
    publicKeys: keys && JSON.stringify({ keys }),
    sign(mobile, purpose, { id, at } = { id: randomUUID(), at: clock() }) {
      const now = Math.floor(at / 1000);
      return new SignJWT({ purpose })
        .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(own && { kid: own.kid }) })
        .setSubject(mobile)
        .setAudience(audience)
        .setIssuer(issuer)
        .setIssuedAt(now)
        .setExpirationTime(now + TICKET_SECONDS)
        .setJti(id)
        .sign(key);
    },
  };
}
