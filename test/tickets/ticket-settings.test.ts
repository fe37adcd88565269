import { generateKeyPairSync } from 'node:crypto';
import { loadConfig } from '../../src/config/config';
import { problems } from '../harness/setting-problems';

const SECRET = 'x'.repeat(32);
const PRIVATE = { type: 'pkcs8', format: 'pem' } as const;
const PUBLIC = { type: 'spki', format: 'pem' } as const;
const pair = generateKeyPairSync('ed25519');
const PRIVATE_KEY = pair.privateKey.export(PRIVATE).toString();
const PUBLIC_KEY = pair.publicKey.export(PUBLIC).toString();

describe('Settings of tickets', () => {
  test('none: no tickets', () => {
    expect(loadConfig({}).tickets).toBeUndefined();
    expect(loadConfig({ TICKET_AUDIENCE: 'x' }).tickets).toBeUndefined();
  });

  test('a secret, or a private key, for an audience', () => {
    expect(loadConfig({ TICKET_SECRET: SECRET, TICKET_ISSUER: 'shop' }).tickets).toMatchObject({
      algorithm: 'HS256',
      audience: 'registration',
      issuer: 'shop',
    });
    expect(loadConfig({ TICKET_PRIVATE_KEY: PRIVATE_KEY, TICKET_AUDIENCE: 'payments' }).tickets).toMatchObject({
      algorithm: 'EdDSA',
      audience: 'payments',
      otherPublicKeys: [],
    });
    const others = { TICKET_PRIVATE_KEY: PRIVATE_KEY, TICKET_OTHER_PUBLIC_KEYS: PUBLIC_KEY + PUBLIC_KEY };
    expect(loadConfig(others).tickets?.otherPublicKeys).toHaveLength(2);
  });

  test('a secret is as long as its bytes are many, and keys may have their line breaks written', () => {
    expect(problems({ TICKET_SECRET: '密'.repeat(11) })).toEqual([]);
    const others = { TICKET_PRIVATE_KEY: PRIVATE_KEY, TICKET_OTHER_PUBLIC_KEYS: PUBLIC_KEY.replaceAll('\n', '\\n') };
    expect(loadConfig(others).tickets?.otherPublicKeys).toHaveLength(1);
  });

  test.each<[string, Record<string, string>, string]>([
    ['a short secret', { TICKET_SECRET: SECRET.slice(1) }, 'TICKET_SECRET must be at least 32 bytes long'],
    [
      'both',
      { TICKET_SECRET: SECRET, TICKET_PRIVATE_KEY: PRIVATE_KEY },
      'TICKET_SECRET contradicts TICKET_PRIVATE_KEY: set one of them',
    ],
    [
      'no key',
      { TICKET_PRIVATE_KEY: 'hunter2' },
      'TICKET_PRIVATE_KEY must be a private key in PEM (PKCS#8), without a passphrase',
    ],
    [
      'a curve that nobody expects',
      { TICKET_PRIVATE_KEY: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(PRIVATE).toString() },
      'TICKET_PRIVATE_KEY must be an Ed25519 key, a P-256 key or an RSA key of 2048 bits or more',
    ],
    [
      'a weak RSA key',
      { TICKET_PRIVATE_KEY: generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(PRIVATE).toString() },
      'TICKET_PRIVATE_KEY must be an Ed25519 key, a P-256 key or an RSA key of 2048 bits or more',
    ],
    [
      'a private key where everybody reads',
      { TICKET_PRIVATE_KEY: PRIVATE_KEY, TICKET_OTHER_PUBLIC_KEYS: PRIVATE_KEY },
      'TICKET_OTHER_PUBLIC_KEYS must be public keys in PEM (SPKI), one after another',
    ],
    [
      'another key that nobody could have signed with',
      {
        TICKET_PRIVATE_KEY: PRIVATE_KEY,
        TICKET_OTHER_PUBLIC_KEYS: generateKeyPairSync('ec', { namedCurve: 'P-384' })
          .publicKey.export(PUBLIC)
          .toString(),
      },
      'TICKET_OTHER_PUBLIC_KEYS must be an Ed25519 key, a P-256 key or an RSA key of 2048 bits or more',
    ],
    [
      'other keys beside none',
      { TICKET_SECRET: SECRET, TICKET_OTHER_PUBLIC_KEYS: PUBLIC_KEY },
      'TICKET_OTHER_PUBLIC_KEYS stands beside TICKET_PRIVATE_KEY, which is missing',
    ],
  ])('%s: refused, and nothing of it repeated', (_, environment, problem) => {
    expect(problems(environment)).toEqual([problem]);
  });
});

describe('Settings of those who watch', () => {
  test('METRICS_PORT is not PORT', () => {
    expect(problems({ METRICS_PORT: '4000' })).toEqual(['METRICS_PORT is the same as PORT']);
    expect(loadConfig({ METRICS_PORT: '9464' }).metricsPort).toBe(9464);
  });

  test('traces are sent if a collector is named and the SDK is not disabled', () => {
    const endpoint = 'http://collector:4318';
    expect(loadConfig({}).tracing).toBe(false);
    expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).tracing).toBe(true);
    expect(loadConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces` }).tracing).toBe(true);
    expect(loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'TRUE' }).tracing).toBe(false);
  });
});
