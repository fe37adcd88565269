import { safeOutcome } from '../../src/sms/safe-outcome';
import type { SmsMessage, SmsOutcome } from '../../src/sms/sender';

const MESSAGE: SmsMessage = {
  id: '00000000000000000000000000abcdef',
  mobile: '13800138000',
  code: '012345',
  minutes: 5,
  purpose: 'REGISTER',
  language: 'zh',
};
const OUTCOME: SmsOutcome = { class: 'accepted', provider: 'tencent', providerCode: 'Ok', messageId: '2645:F825^0' };

/** What becomes of a provider's own words. */
function told(answered: Partial<SmsOutcome>, message: Partial<SmsMessage> = {}): SmsOutcome {
  return safeOutcome({ ...OUTCOME, ...answered }, { ...MESSAGE, ...message });
}

describe("a provider's answer, as logs may have it", () => {
  test('given a status and an id as providers write them, then they stay', () => {
    expect(told({})).toEqual(OUTCOME);
    const refused = { class: 'refused', providerCode: 'isv.MOBILE_NUMBER_ILLEGAL', fault: 'number' } as const;
    expect(told({ ...refused, messageId: undefined })).toEqual({ provider: 'tencent', ...refused });
  });

  test.each([
    ['the mobile', '13800138000'],
    ['the mobile in groups', '86-138-0013-8000'],
    ['the code', 'E012345'],
    ['the code between other digits', '99.0-12.345.99'],
    ['a blank', 'not now'],
    ['a line end', 'OK\n'],
    ['129 characters', 'x'.repeat(129)],
    ['nothing', ''],
  ])('given a status with %s, then it is withheld, and its class stays', (_, providerCode) => {
    expect(told({ class: 'unknown', providerCode })).toEqual({
      ...OUTCOME,
      class: 'unknown',
      providerCode: 'withheld',
    });
  });

  test('given a status of 128 characters, then it stays', () => {
    expect(told({ providerCode: 'x'.repeat(128) }).providerCode).toBe('x'.repeat(128));
  });

  test.each([
    ['the mobile', 'm-13800138000'],
    ['the code', '012345'],
  ])('given an id with %s, then there is none', (_, messageId) => {
    expect(told({ messageId })).toEqual({ class: 'accepted', provider: 'tencent', providerCode: 'Ok' });
  });

  test("given this server's own id, then it stays, whatever digits it has by chance", () => {
    const id = '0123450000000000000000000000abcd';
    expect(told({ messageId: id }, { id }).messageId).toBe(id);
  });

  test('given a number abroad, then a text with its digits is withheld, however it is prefixed', () => {
    const message = { mobile: '+85261234567' };
    expect(told({ providerCode: '0061234567' }, message).providerCode).toBe('withheld');
    expect(told({ providerCode: '85261230000' }, message).providerCode).toBe('85261230000');
  });
});
