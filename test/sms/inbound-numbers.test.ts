import { inboundNumberFor, inboundNumbers } from '../../src/sms/inbound-numbers';

describe('INBOUND_NUMBERS', () => {
  test('one number is for everyone', () => {
    const numbers = inboundNumbers('1069012345678');
    expect(inboundNumberFor(numbers, '13800138000', 'CN')).toBe('1069012345678');
    expect(inboundNumberFor(numbers, '+85251234567', 'HK')).toBe('1069012345678');
  });

  test('one for each carrier goes by the prefix, and one of the country serves the others', () => {
    const numbers = inboundNumbers('CMCC:106901, CUCC:106902, CTCC:106903, CN:106904, HK:+85212345678');
    const to = (mobile: string, country = 'CN') => inboundNumberFor(numbers, mobile, country);
    expect([to('13800138000'), to('18600138000'), to('13300138000'), to('17000138000')]).toEqual([
      '106901',
      '106902',
      '106903',
      '106904',
    ]);
    expect(to('+85251234567', 'HK')).toBe('+85212345678');
    expect(to('+6581234567', 'SG')).toBeUndefined();
  });

  test('no prefix stands with two carriers', () => {
    const numbers = inboundNumbers('CMCC:106901,CUCC:106902,CTCC:106903');
    const served = Array.from({ length: 70 }, (_, i) => inboundNumberFor(numbers, `1${30 + i}00138000`, 'CN'));
    expect(served.filter((number) => number === '106901')).toHaveLength(24);
    expect(served.filter((number) => number === '106902')).toHaveLength(14);
    expect(served.filter((number) => number === '106903')).toHaveLength(13);
  });

  test.each([
    [',', 'holds no number'],
    ['1069-1234', 'must hold numbers'],
    ['CHINA:1069', 'must hold numbers'],
    ['sms:1069', 'must hold numbers'],
    ['1069,1070', 'two numbers for everyone else'],
    ['CN:1069,CN:1070', 'two numbers for CN'],
  ])('%s is refused', (text, complaint) => {
    expect(() => inboundNumbers(text)).toThrow(complaint);
  });
});
