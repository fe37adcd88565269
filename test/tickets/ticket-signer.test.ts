import { generateKeyPairSync } from 'node:crypto';
import { decodeJwt } from 'jose';
import { createTicketSigner } from '../../src/tickets/ticket-signer';

const { privateKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const SETTINGS = { algorithm: 'EdDSA', key: privateKey, otherPublicKeys: [other], audience: 'a', issuer: 'i' } as const;
const CONFIRMED_AT = Date.UTC(2026, 0, 1);

test('given a ticket that is handed out again, a minute later, then it is the same one and no longer good', async () => {
  let now = CONFIRMED_AT;
  const signer = await createTicketSigner(SETTINGS, () => now);
  const issue = { id: 'ticket-1', at: CONFIRMED_AT };
  const first = decodeJwt(await signer.sign('13800138000', 'REGISTER', issue));
  now += 60_000;
  const again = decodeJwt(await signer.sign('13800138000', 'REGISTER', issue));
  expect(again).toEqual(first);
  expect(first).toMatchObject({ jti: 'ticket-1', iat: CONFIRMED_AT / 1000, exp: CONFIRMED_AT / 1000 + 600 });
});

test('published keys say what they are for: to check signatures, each of its own algorithm', async () => {
  const { publicKeys = '' } = await createTicketSigner(SETTINGS, () => CONFIRMED_AT);
  const { keys } = JSON.parse(publicKeys) as { keys: object[] };
  expect(keys).toMatchObject([
    { use: 'sig', alg: 'EdDSA', kid: expect.any(String) },
    { use: 'sig', alg: 'ES256', kid: expect.any(String) },
  ]);
});
