import { createLog, maskedMobile } from '../src/log';

describe('maskedMobile', () => {
  test('keeps three digits in front and four behind', () => {
    expect(maskedMobile('13800138000')).toBe('138****8000');
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
