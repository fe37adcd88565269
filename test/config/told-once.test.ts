import { generateKeyPairSync } from 'node:crypto';
import { problems } from '../harness/setting-problems';

const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };
const PUBLIC_KEY = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('A setting that cannot be read', () => {
  // Its absence would be a second line about one mistake.
  test.each<[string, Record<string, string | undefined>]>([
    ['REDIS_URL', { ...PRODUCTION, STORE: undefined, REDIS_URL: 'localhost:6379' }],
    ['SMS_PROVIDERS', { ...PRODUCTION, SMS_PROVIDERS: 'pigeon' }],
    ['SMS_PROVIDERS_BY_COUNTRY', { ...PRODUCTION, SMS_PROVIDERS: undefined, SMS_PROVIDERS_BY_COUNTRY: 'CN' }],
    ['TICKET_PRIVATE_KEY', { TICKET_PRIVATE_KEY: 'x', TICKET_OTHER_PUBLIC_KEYS: PUBLIC_KEY }],
    ['INBOUND_NUMBERS', { INBOUND_NUMBERS: 'me', INBOUND_ALWAYS: 'true' }],
    ['RECEIPTS_SECRET', { RECEIPTS_SECRET: 'short', INBOUND_NUMBERS: '106901' }],
  ])('given a bad %s, then nothing says that it is missing', (name, environment) => {
    expect(problems(environment)).toEqual([expect.stringContaining(`${name} `)]);
  });
});
