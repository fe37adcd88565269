import { createLog, maskedMobile } from '../src/log';

describe('maskedMobile', () => {
  test('keeps three digits in front and four behind', () => {
    expect(maskedMobile('13800138000')).toBe('138****8000');
  });

  test.each([
    ['+85291234567', '+852****4567'],
    ['+13105551234', '+131****1234'],
    ['+6581234567', '+658****567'],
    ['+29051234', '+290****4'],
    ['+493012345678901', '+493****8901'],
    ['+6834002', '+683****'],
  ])('hides four digits or more of any number: %s', (mobile, masked) => {
    expect(maskedMobile(mobile)).toBe(masked);
    const told = masked.replace(/\D/g, '').length;
    expect(mobile.length - 1 - told).toBeGreaterThanOrEqual(4);
  });
});

describe('createLog', () => {
  test('writes at its level and above', () => {
    const log = createLog('warn');
    expect(log.isLevelEnabled('info')).toBe(false);
    expect(log.isLevelEnabled('warn')).toBe(true);
    expect(createLog('silent').isLevelEnabled('fatal')).toBe(false);
  });
});
