import { loadConfig } from '../../src/config/config';
import { problems } from '../harness/setting-problems';

const HEX = 'b1946ac92492d2347c6235b4d2611184';
const BASE64URL = 'Zm9vYmFyYmF6cXV4Zm9vYg';
const TWILIO = { SMS_PROVIDERS: 'twilio', TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+1' };

describe('RECEIPTS_SECRET', () => {
  test.each([
    ['128 bits in hex', HEX],
    ['128 bits in base64url', BASE64URL],
    ['128 characters', HEX.repeat(4)],
    ['two, while one replaces the other', `${HEX},${BASE64URL}`],
  ])('given %s, then it is taken', (_, RECEIPTS_SECRET) => {
    expect(problems({ RECEIPTS_SECRET })).toEqual([]);
  });

  test.each([
    ['a hex digit too few', HEX.slice(1)],
    ['as many hex digits as would do in base64url', HEX.slice(0, BASE64URL.length)],
    ['as many of them in capitals', HEX.slice(0, BASE64URL.length).toUpperCase()],
    ['a letter of base64url too few', BASE64URL.slice(1)],
    ['129 characters', `${HEX.repeat(4)}0`],
    ['what would end the path', `${BASE64URL}/x`],
    ['a good one beside a short one', `${HEX},${BASE64URL.slice(1)}`],
  ])('given %s, then it is refused, and nothing of it repeated', (_, RECEIPTS_SECRET) => {
    const found = problems({ RECEIPTS_SECRET });
    expect(found).toEqual([expect.stringMatching(/^RECEIPTS_SECRET must be 128 random bits or more/)]);
    expect(found.join()).not.toMatch(/b1946ac9|Zm9v/i);
  });
});

describe('Where Twilio is told to send receipts', () => {
  test('given two secrets while one replaces the other, then to the path of the first, and both are known', () => {
    const RECEIPTS_SECRET = `${HEX},${BASE64URL}`;
    const config = loadConfig({ ...TWILIO, RECEIPTS_SECRET, RECEIPTS_URL: 'https://sms.shop.example' });
    expect(config.sms.twilio?.statusCallback).toBe(`https://sms.shop.example/receipts/${HEX}/twilio`);
    expect(config.receipts.secrets).toEqual([HEX, BASE64URL]);
    expect(config.warnings).toEqual([]);
  });

  test('given no address that Twilio reaches, then nowhere, and the start warns', () => {
    const { sms, warnings } = loadConfig({ ...TWILIO, RECEIPTS_SECRET: HEX });
    expect(sms.twilio?.statusCallback).toBeUndefined();
    expect(warnings).toEqual(['RECEIPTS_URL is missing: Twilio is not asked for receipts']);
  });

  test('given an address at which the secret could be read on the way, then it is refused', () => {
    expect(problems({ RECEIPTS_SECRET: HEX, RECEIPTS_URL: 'http://sms.shop.example' })).toEqual([
      'RECEIPTS_URL must be an https:// URL; http:// is for this machine only',
    ]);
  });

  test('given providers that are told in their consoles, then no address is missed', () => {
    expect(loadConfig({ RECEIPTS_SECRET: HEX }).warnings).toEqual([]);
  });
});
