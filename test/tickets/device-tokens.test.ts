import fc from 'fast-check';
import { loadConfig } from '../../src/config/config';
import { DeviceTokens } from '../../src/tickets/device-tokens';

const DAY = 24 * 3_600_000;
const SECRET = 'x'.repeat(32);

describe('Tokens of trusted devices', () => {
  let now = 20_000 * DAY;
  const tokens = new DeviceTokens(SECRET, () => now);

  test('given a token, when it is shown, then its device is known, by a number that says nothing', () => {
    const token = tokens.tokenFor(undefined);
    expect(token).toMatch(/^[\w-]{48}$/);
    expect(tokens.deviceOf(token)).toMatch(/^[\w-]{22}$/);
    expect(tokens.deviceOf(token)).toBe(tokens.deviceOf(token));
    expect(tokens.deviceOf(tokens.tokenFor(undefined))).not.toBe(tokens.deviceOf(token));
  });

  test('given a token, when 30 days are over since its last right code, then it is void; renewed, it is the same device', () => {
    const token = tokens.tokenFor(undefined);
    const device = tokens.deviceOf(token);
    now += 29 * DAY;
    expect(tokens.deviceOf(token)).toBe(device);
    const renewed = tokens.tokenFor(device);
    now += DAY;
    expect(tokens.deviceOf(token)).toBeUndefined();
    expect(tokens.deviceOf(renewed)).toBe(device);
  });

  test('given a clock that was a year ahead and is set right, then its tokens are void; a day apart, as servers may be around midnight, they are good', () => {
    const [ofTomorrow, ofNextYear] = [DAY, 365 * DAY].map((ahead) =>
      new DeviceTokens(SECRET, () => now + ahead).tokenFor(undefined),
    );
    expect(tokens.deviceOf(ofTomorrow)).toMatch(/^[\w-]{22}$/);
    expect(tokens.deviceOf(ofNextYear)).toBeUndefined();
  });

  test('given a token, when any of its letters is another, then it is none', () => {
    const token = tokens.tokenFor(undefined);
    fc.assert(
      fc.property(fc.nat(47), fc.constantFrom(...'ABCxyz019-_'), (at, letter) => {
        const changed = token.slice(0, at) + letter + token.slice(at + 1);
        expect(tokens.deviceOf(changed) === undefined).toBe(changed !== token);
      }),
    );
  });

  test.each([undefined, '', 'x', 'x'.repeat(48), `${'ä'.repeat(48)}`, 'x'.repeat(10_000)])('%p is none', (text) => {
    expect(tokens.deviceOf(text)).toBeUndefined();
  });

  test('given another secret, when it takes over, then every token is void', () => {
    const other = new DeviceTokens('y'.repeat(32), () => now);
    expect(other.deviceOf(tokens.tokenFor(undefined))).toBeUndefined();
  });
});

describe('TRUSTED_DEVICE_SECRET', () => {
  const secret = (environment: Record<string, string>) =>
    loadConfig({ CLIENT_HASH_SECRET: 'a secret', ...environment }).trustedDeviceSecret;

  test('is derived from the key of client hashes, and is not that key', () => {
    expect(secret({})).toBe(secret({}));
    expect(secret({})).not.toContain('a secret');
    expect(secret({})).not.toBe(secret({ CLIENT_HASH_SECRET: 'another' }));
  });

  test('may be one of its own', () => {
    expect(secret({ TRUSTED_DEVICE_SECRET: SECRET })).toBe(SECRET);
    expect(() => secret({ TRUSTED_DEVICE_SECRET: 'short' })).toThrow(
      'TRUSTED_DEVICE_SECRET must be at least 32 bytes long',
    );
  });

  test('off, or without allowances, no device is trusted', () => {
    expect(secret({ TRUSTED_DEVICE_SECRET: 'off' })).toBeUndefined();
    expect(secret({ ABUSE_POLICY: 'off', TRUSTED_DEVICE_SECRET: SECRET })).toBeUndefined();
  });
});
