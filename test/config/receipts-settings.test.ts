import { loadConfig } from '../../src/config/config';

const [NEXT, LAST] = ['b1946ac92492d2347c6235b4d2611184', 'Zm9vYmFyYmF6cXV4Zm9vYmFy_-'];
const TWILIO = { SMS_PROVIDERS: 'twilio', TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'token', TWILIO_FROM: '+1' };

describe('Where Twilio is told to send receipts', () => {
  test('given two secrets while one replaces the other, then to the path of the first, and both are known', () => {
    const RECEIPTS_SECRET = `${NEXT},${LAST}`;
    const config = loadConfig({ ...TWILIO, RECEIPTS_SECRET, RECEIPTS_URL: 'https://sms.shop.example' });
    expect(config.sms.twilio?.statusCallback).toBe(`https://sms.shop.example/receipts/${NEXT}/twilio`);
    expect(config.receipts.secrets).toEqual([NEXT, LAST]);
    expect(config.warnings).toEqual([]);
  });

  test('given no address that Twilio reaches, then nowhere, and the start warns', () => {
    const { sms, warnings } = loadConfig({ ...TWILIO, RECEIPTS_SECRET: NEXT });
    expect(sms.twilio?.statusCallback).toBeUndefined();
    expect(warnings).toEqual(['RECEIPTS_URL is missing: Twilio is not asked for receipts']);
  });
});
