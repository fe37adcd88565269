import { errmsg, Reason } from '../../src/verification/reasons';

const REASONS = Object.values(Reason);
const OPERATIONS = ['imageCaptcha', 'sendSmsCode', 'verifySmsCode'] as const;

describe('The texts for people', () => {
  test('are those of the original view where it has them', () => {
    expect(errmsg(Reason.MISSING_PARAMETER, 'sendSmsCode', 'zh')).toBe('缺少必传参数');
    expect(errmsg(Reason.CAPTCHA_EXPIRED, 'sendSmsCode', 'zh')).toBe('图形验证码失效');
    expect(errmsg(Reason.CAPTCHA_MISMATCH, 'sendSmsCode', 'zh')).toBe('输入图形验证码有误');
    expect(errmsg(Reason.OK, 'sendSmsCode', 'zh')).toBe('发送短信成功');
  });

  test('are there for every reason and operation in both languages, and no two are alike', () => {
    for (const [language, letters] of [
      ['zh', /^[\u4e00-\u9fff，]{4,}$/],
      ['en', /^[A-Z][A-Za-z ,]{6,}$/],
    ] as const) {
      const successes = OPERATIONS.map((operation) => errmsg(Reason.OK, operation, language));
      const failures = REASONS.slice(1).map((reason) => errmsg(reason, 'sendSmsCode', language));
      for (const text of [...successes, ...failures]) expect(text).toMatch(letters);
      expect(new Set([...successes, ...failures]).size).toBe(OPERATIONS.length + REASONS.length - 1);
    }
  });

  test('of a failure are the same whatever was asked for', () => {
    for (const reason of REASONS.slice(1))
      expect(new Set(OPERATIONS.map((operation) => errmsg(reason, operation, 'en'))).size).toBe(1);
  });
});

test('A reason is its own name', () => {
  expect(Reason).toEqual(Object.fromEntries(REASONS.map((reason) => [reason, reason])));
  expect(REASONS[0]).toBe('OK');
});
