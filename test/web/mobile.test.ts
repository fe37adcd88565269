import { internationalMobile, nationalMobile } from '../../packages/client/src/mobile';
import { isAbroad, isMobile } from '../../web/src/typed-text';

describe('A number that is typed beside a menu of countries', () => {
  test.each([
    ['86', '138 0013 8000', '13800138000'],
    ['86', '+86 138 0013 8000', '13800138000'],
    ['852', '9123 4567', '+85291234567'],
    ['852', '９１２３　４５６７', '+85291234567'],
    ['852', '+852 9123-4567', '+85291234567'],
    ['852', '00852 9123 4567', '+85291234567'],
    ['86', '+852 9123 4567', '+85291234567'],
    ['44', '07400 123456', '+447400123456'],
    ['39', '312 345 6789', '+393123456789'],
    ['225', '01 23 45 67 89', '+2250123456789'],
    ['1', '(310) 555-1234', '+13105551234'],
    ['1', '310.555.1234', '+13105551234'],
    ['852', '+86 138 0013 8000', '13800138000'],
  ])('+%s %j is %s', (callingCode, typed, mobile) => {
    expect(internationalMobile(typed, callingCode)).toBe(mobile);
    expect(isMobile(mobile) || isAbroad(mobile)).toBe(true);
    // What is shown of it means the same again.
    const own = mobile.startsWith('+') ? callingCode : '86';
    expect(internationalMobile(nationalMobile(mobile, own), own)).toBe(mobile);
  });

  test.each(['225', '229', '241', '242', '378', '39'])(
    '+%s keeps a zero, which is part of its numbers',
    (callingCode) => {
      expect(internationalMobile('06 1234 5678', callingCode)).toBe(`+${callingCode}0612345678`);
    },
  );

  test.each(['44', '33', '852', '1'])('+%s loses a zero, which is for calls within the country', (callingCode) => {
    expect(internationalMobile('06 1234 5678', callingCode)).toBe(`+${callingCode}612345678`);
  });

  test('+1 and the mainland stay two numbers', () => {
    expect(internationalMobile('13105551234', '86')).toBe('13105551234');
    expect(internationalMobile('3105551234', '1')).toBe('+13105551234');
    expect(isMobile('+13105551234')).toBe(false);
  });
});
