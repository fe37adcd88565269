import { VERIFICATION_PURPOSES } from '../../src/sms/purpose';
import { inboundText, randomInboundCode, readInboundText } from '../../src/verification/inbound-text';

const CODE = 'K7QMXWT9';
const REGISTER = { purpose: 'REGISTER', code: CODE };

describe('The text that a person is to send', () => {
  test('has eight characters that nobody takes for others, none as another', () => {
    const codes = Array.from({ length: 2000 }, randomInboundCode);
    for (const code of codes) expect(code).toMatch(/^[CDFGHJKMNPQRTVWXY34679]{8}$/);
    expect(new Set(codes).size).toBe(2000);
    expect(new Set(codes.join('')).size).toBe(22);
  });

  test('says what it is for, in the language of the page, and is read in either', () => {
    expect(inboundText('REGISTER', CODE, 'zh')).toBe(`注册 ${CODE}`);
    expect(inboundText('RESET_PASSWORD', CODE, 'en')).toBe(`RESET PASSWORD ${CODE}`);
    for (const purpose of VERIFICATION_PURPOSES) {
      for (const language of ['zh', 'en'] as const)
        expect(readInboundText(inboundText(purpose, CODE, language))).toEqual({ purpose, code: CODE });
    }
  });

  test.each([
    ['no blank', `注册${CODE}`],
    ['blanks within', `  注册  ${CODE.slice(0, 4)} ${CODE.slice(4)}\r\n`],
    ['ideographic and no-break blanks', `注册\u3000${CODE}\u00a0`],
    ['lower case', `register ${CODE.toLowerCase()}`],
    ['full-width forms', `注册　${[...CODE].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('')}`],
    ['a signature in front', `【美多商城】注册 ${CODE}`],
    ['a signature in brackets', `[Shop] REGISTER ${CODE}`],
    ['quotes and a full stop', `“注册 ${CODE}”。`],
    ['a hyphen', `REGISTER-${CODE}.`],
    ['characters that nobody sees', `\ufeff注册\u200b ${CODE}\u200e`],
  ])('is read with %s', (_, text) => {
    expect(readInboundText(text)).toEqual(REGISTER);
  });

  test.each([
    ['a code that does not say what it is for', CODE],
    ['a purpose without a code', '注册'],
    ['two purposes', `注册登录 ${CODE}`],
    ['words around it', `please REGISTER ${CODE}`],
    ['words behind it', `注册 ${CODE} 谢谢`],
    ['a code that is too short', `注册 ${CODE.slice(1)}`],
    ['a code that is too long', `注册 ${CODE}9`],
    ['letters that no code has', '注册 AEIOULS2'],
    ['nothing', ''],
    ['a text as long as a book', `注册 ${CODE}`.padStart(100_000, ' ')],
  ])('is not read in %s', (_, text) => {
    expect(readInboundText(text)).toBeUndefined();
  });
});
