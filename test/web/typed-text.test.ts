import { preferredLanguage } from '../../packages/client/src/trouble';
import { purposeOf } from '../../web/src/purpose';
import { isMobile, isSmsCode, spacedMobile, typedCaptcha, typedMobile, typedSmsCode } from '../../web/src/typed-text';

describe('A mobile number as people type it', () => {
  test.each([
    ['13800138000', '13800138000'],
    ['１３８００１３８０００', '13800138000'],
    ['１３８　００１３　８０００', '13800138000'],
    [' 138 0013 8000 ', '13800138000'],
    ['138-0013-8000', '13800138000'],
    ['+86 138 0013 8000', '13800138000'],
    ['＋８６１３８００１３８０００', '13800138000'],
    ['008613800138000', '13800138000'],
    ['86 138 0013 8000', '13800138000'],
    ['+86138 0013 8000', '13800138000'],
    ['(+86) 138 0013 8000', '13800138000'],
  ])('%j is %s', (typed, mobile) => {
    expect(typedMobile(typed)).toBe(mobile);
    expect(isMobile(mobile)).toBe(true);
  });

  test('keeps what is no digit, so that it can be told', () => {
    expect(typedMobile('138x')).toBe('138x');
    expect(isMobile('1380013800x')).toBe(false);
  });

  test.each(['', '1380013800', '138001380000', '12800138000', '23800138000', '١٣٨٠٠١٣٨٠٠٠'])('%j is none', (text) => {
    expect(isMobile(typedMobile(text))).toBe(false);
  });

  test('is read aloud in groups', () => {
    expect(spacedMobile('13800138000')).toBe('138 0013 8000');
  });
});

describe('A code as people type it', () => {
  test.each(['123456', '１２３４５６', '123 456', '123-456', '　１２３ 456'])('%j is 123456', (typed) => {
    expect(typedSmsCode(typed, 6)).toBe('123456');
    expect(typedCaptcha(typed)).toBe('123456');
  });

  test.each([
    '【美多】123456',
    '【美多商城】您的验证码是123456，5分钟内有效。',
    '【美多】您正在为尾号 8000 的手机验证，验证码：１２３４５６（300 秒内有效）',
    'Your code is 123456. It is valid for 5 minutes.',
  ])('%j, a message pasted whole, is its code', (message) => {
    expect(typedSmsCode(message, 6)).toBe('123456');
  });

  test('keeps what holds no code, so that it can be told', () => {
    expect(typedSmsCode('12345a', 6)).toBe('12345a');
    expect(typedSmsCode('【美多】12345678', 6)).toBe('【美多】12345678');
  });

  test.each(['', '12345', '1234567', '12345a'])('%j is none', (text) => {
    expect(isSmsCode(text, 6)).toBe(false);
  });
});

describe('The language of the client', () => {
  test.each([
    [['zh-CN', 'en'], 'zh-CN'],
    [['zh-TW'], 'zh-CN'],
    [['EN'], 'en'],
    [['enm', 'zh'], 'zh-CN'],
    [['en-GB', 'zh-CN'], 'en'],
    [['fr-FR', 'en-US', 'zh'], 'en'],
    [['fr-FR'], 'zh-CN'],
    [[], 'zh-CN'],
  ])('of someone who reads %j is %s', (preferred, language) => {
    expect(preferredLanguage(preferred)).toBe(language);
  });
});

describe('The purpose of a link to the page', () => {
  const known = ['REGISTER', 'LOGIN', 'GENERIC'] as const;
  test.each([
    ['', 'REGISTER'],
    ['?purpose=LOGIN', 'LOGIN'],
    ['?purpose=A_PURPOSE_OF_TOMORROW', 'GENERIC'],
    ['?purpose=toString', 'GENERIC'],
  ])('%j is %s', (search, purpose) => {
    expect(purposeOf(search, known)).toBe(purpose);
  });
});
