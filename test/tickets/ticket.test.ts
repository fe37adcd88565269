import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose';
import type { Environment } from '../harness/server-process';
import { LocalApp } from '../observability/local-app';

const SECRET = 'a secret that two services of one shop share';
const VERIFY = `mutation ($mobile: String!, $smsCode: String!, $uuid: String, $purpose: VerificationPurpose! = REGISTER) {
  verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid, purpose: $purpose) { code reason ticket }
}`;

const pem = (key: KeyObject) =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

const ed25519 = () => generateKeyPairSync('ed25519');
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

let app: LocalApp | undefined;
afterEach(() => app?.close());

async function shop(environment: Environment, clock?: () => number): Promise<LocalApp> {
  app = await LocalApp.start(environment, clock && { clock });
  return app;
}

interface Verified {
  code: number;
  reason: string;
  ticket: string | null;
}

/** A person gets a code and hands in this one. */
async function confirm(at: LocalApp, mobile: string, smsCode?: string, purpose?: string): Promise<Verified> {
  const { uuid } = await at.send(mobile, purpose);
  const { body } = await at.api.query(VERIFY, { mobile, smsCode: smsCode ?? at.lastCode(), uuid, purpose });
  return body.data?.verifySmsCode as unknown as Verified;
}

async function ticketFor(at: LocalApp, mobile = at.newMobile()): Promise<string> {
  const { ticket } = await confirm(at, mobile);
  return String(ticket);
}

describe('Without TICKET_SECRET and TICKET_PRIVATE_KEY', () => {
  test('there is no ticket and no key set', async () => {
    const at = await shop({});
    expect(await confirm(at, at.newMobile())).toEqual({ code: 200, reason: 'OK', ticket: null });
    expect((await fetch(`${at.url}/.well-known/jwks.json`)).status).toBe(404);
  });
});

describe('With TICKET_SECRET, a registration service that knows it', () => {
  const key = Buffer.from(SECRET);
  const expected = { audience: 'registration', issuer: 'sms-verification-server', algorithms: ['HS256'] };

  test('learns which mobile was confirmed, for whom, by whom and until when', async () => {
    const at = await shop({ TICKET_SECRET: SECRET });
    const mobile = at.newMobile();
    const before = Math.floor(Date.now() / 1000);
    const { payload, protectedHeader } = await jwtVerify(await ticketFor(at, mobile), key, expected);
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({
      sub: mobile,
      purpose: 'REGISTER',
      aud: 'registration',
      iss: 'sms-verification-server',
      iat: expect.any(Number),
      exp: Number(payload.iat) + 600,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(payload.iat).toBeGreaterThanOrEqual(before);
  });

  test('finds no ticket that was issued in the future, by whatever part of a second', async () => {
    const now = Date.UTC(2026, 0, 1) + 999;
    const at = await shop({ TICKET_SECRET: SECRET }, () => now);
    const { iat = 0 } = decodeJwt(await ticketFor(at));
    expect(iat * 1000).toBe(now - 999);
  });

  test('learns what the mobile was confirmed for, so that a ticket to register resets no password', async () => {
    const at = await shop({ TICKET_SECRET: SECRET });
    for (const purpose of ['LOGIN', 'RESET_PASSWORD']) {
      const { ticket } = await confirm(at, at.newMobile(), undefined, purpose);
      const { payload } = await jwtVerify(String(ticket), key, expected);
      expect(payload.purpose).toBe(purpose);
    }
  });

  test('can take each ticket once: no two have the same jti', async () => {
    const at = await shop({ TICKET_SECRET: SECRET });
    const ids = new Set<unknown>();
    for (let i = 0; i < 5; i++) ids.add((await jwtVerify(await ticketFor(at), key, expected)).payload.jti);
    expect(ids.size).toBe(5);
  });

  test('is not taken in by one for another service, from another issuer, altered, or signed by somebody else', async () => {
    const at = await shop({ TICKET_SECRET: SECRET, TICKET_AUDIENCE: 'payments', TICKET_ISSUER: 'shop-a' });
    const ticket = await ticketFor(at);
    const own = { audience: 'payments', issuer: 'shop-a' };
    await expect(jwtVerify(ticket, key, own)).resolves.toBeDefined();
    await expect(jwtVerify(ticket, key, { ...own, audience: 'registration' })).rejects.toThrow(/"aud"/);
    await expect(jwtVerify(ticket, key, { ...own, issuer: 'shop-b' })).rejects.toThrow(/"iss"/);
    await expect(jwtVerify(ticket, Buffer.from(`${SECRET}!`), own)).rejects.toThrow(/signature/);
    const [header, claims = '', signature] = ticket.split('.');
    const forged = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: '13900000000' };
    const altered = [header, Buffer.from(JSON.stringify(forged)).toString('base64url'), signature].join('.');
    await expect(jwtVerify(altered, key, own)).rejects.toThrow(/signature/);
  });

  test('takes one for ten minutes and not a second longer', async () => {
    const issued = Date.UTC(2026, 0, 1, 12);
    const at = await shop({ TICKET_SECRET: SECRET }, () => issued);
    const ticket = await ticketFor(at);
    const secondsLater = (seconds: number) => ({ ...expected, currentDate: new Date(issued + seconds * 1000) });
    await expect(jwtVerify(ticket, key, secondsLater(599))).resolves.toBeDefined();
    await expect(jwtVerify(ticket, key, secondsLater(600))).rejects.toThrow(/"exp"/);
  });

  test('finds no public keys: the secret is not for publication', async () => {
    const at = await shop({ TICKET_SECRET: SECRET });
    expect((await fetch(`${at.url}/.well-known/jwks.json`)).status).toBe(404);
  });

  test('hears of no ticket for a wrong code, an expired one or a void one', async () => {
    const at = await shop({ TICKET_SECRET: SECRET, VERIFY_MAX_ATTEMPTS: '1' });
    const never = await at.api.query(VERIFY, { mobile: at.newMobile(), smsCode: '123456', uuid: 'u' });
    expect(never.body.data?.verifySmsCode).toMatchObject({ reason: 'SMS_CODE_EXPIRED', ticket: null });
    expect(await confirm(at, at.newMobile(), 'wrong')).toEqual({ code: 400, reason: 'SMS_CODE_LOCKED', ticket: null });
  });
});

describe.each([
  ['an Ed25519 key', 'EdDSA', ed25519],
  ['a P-256 key', 'ES256', p256],
  ['an RSA key', 'RS256', rsa],
])('With %s', (_, alg, generate) => {
  test('a service that knows nothing but the address of the key set checks tickets', async () => {
    const at = await shop({ TICKET_PRIVATE_KEY: pem(generate().privateKey).replaceAll('\n', '\\n') });
    const mobile = at.newMobile();
    const address = new URL(`${at.url}/.well-known/jwks.json`);
    const { payload, protectedHeader } = await jwtVerify(await ticketFor(at, mobile), createRemoteJWKSet(address), {
      audience: 'registration',
    });
    expect(protectedHeader).toMatchObject({ alg, kid: expect.any(String) });
    expect(payload.sub).toBe(mobile);

    const response = await fetch(address);
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(1);
    // Nothing private: RFC 7518, 6.2.2, 6.3.2; RFC 8037, 2.
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(keys[0]).not.toHaveProperty(name);
  });
});

describe('While the key is changed', () => {
  test('tickets of the old and of the new key are good on either server', async () => {
    const [old, next] = [ed25519(), p256()];
    const before = await shop({
      TICKET_PRIVATE_KEY: pem(old.privateKey),
      TICKET_OTHER_PUBLIC_KEYS: pem(next.publicKey),
    });
    const after = await LocalApp.start({
      TICKET_PRIVATE_KEY: pem(next.privateKey),
      TICKET_OTHER_PUBLIC_KEYS: pem(old.publicKey),
    });
    const tickets = [await ticketFor(before), await ticketFor(after)];
    expect(new Set(tickets.map((ticket) => decodeProtectedHeader(ticket).kid)).size).toBe(2);
    for (const server of [before, after]) {
      const response = await fetch(`${server.url}/.well-known/jwks.json`);
      const keys = createLocalJWKSet((await response.json()) as JSONWebKeySet);
      for (const ticket of tickets) await expect(jwtVerify(ticket, keys)).resolves.toBeDefined();
    }
    await after.close();
  });
});

describe('A ticket that cannot be signed', () => {
  test('costs the ticket, not the answer: the code is spent and the mobile confirmed', async () => {
    const sign = () => Promise.reject(new Error('no key'));
    app = await LocalApp.start({}, { tickets: { sign, publicKeys: undefined } });
    const mobile = app.newMobile();
    const { uuid } = await app.send(mobile);
    const { body } = await app.api.query(VERIFY, { mobile, smsCode: app.lastCode(), uuid });
    expect(body.data?.verifySmsCode).toEqual({ code: 200, reason: 'OK', ticket: null });
    const again = await app.api.verifySmsCode(mobile, app.lastCode(), uuid);
    expect(again).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
  });
});
