import type { Language } from '../captcha/speech/captcha-speech';

/**
 * What became of a call, for machines. Append only: clients switch on these.
 * It stands beside `code`, which is 200 for OK and 400 for everything else.
 */
export enum Reason {
  OK = 'OK',
  MISSING_PARAMETER = 'MISSING_PARAMETER',
  MOBILE_INVALID = 'MOBILE_INVALID',
  CAPTCHA_EXPIRED = 'CAPTCHA_EXPIRED',
  CAPTCHA_MISMATCH = 'CAPTCHA_MISMATCH',
  TOO_FREQUENT = 'TOO_FREQUENT',
  QUOTA_EXCEEDED = 'QUOTA_EXCEEDED',
  SMS_REJECTED = 'SMS_REJECTED',
  SMS_UNCONFIRMED = 'SMS_UNCONFIRMED',
  SMS_CODE_EXPIRED = 'SMS_CODE_EXPIRED',
  SMS_CODE_MISMATCH = 'SMS_CODE_MISMATCH',
  SMS_CODE_LOCKED = 'SMS_CODE_LOCKED',
  SERVICE_UNAVAILABLE = 'SERVICE_UNAVAILABLE',
  INBOUND_WAITING = 'INBOUND_WAITING',
  INBOUND_NOT_OFFERED = 'INBOUND_NOT_OFFERED',
}

type Failure = Exclude<Reason, Reason.OK>;
type Text = Readonly<Record<Language, string>>;

/** What a failure says to a person. Append only. */
const FAILURES: Readonly<Record<Failure, Text>> = {
  MISSING_PARAMETER: { zh: '缺少必传参数', en: 'A required parameter is missing' },
  MOBILE_INVALID: { zh: '手机号格式不正确', en: 'The mobile number is not valid' },
  CAPTCHA_EXPIRED: { zh: '图形验证码失效', en: 'The captcha has expired' },
  CAPTCHA_MISMATCH: { zh: '输入图形验证码有误', en: 'The captcha answer is wrong' },
  TOO_FREQUENT: { zh: '操作过于频繁，请稍后再试', en: 'Too many requests, please wait a moment' },
  QUOTA_EXCEEDED: { zh: '次数已达上限，请稍后再试', en: 'The limit has been reached, please try again later' },
  SMS_REJECTED: { zh: '短信发送失败', en: 'The message could not be sent' },
  SMS_UNCONFIRMED: {
    zh: '短信可能已发送，请留意查收',
    en: 'The message may have been sent, please check your inbox',
  },
  SMS_CODE_EXPIRED: { zh: '短信验证码失效', en: 'The SMS code has expired' },
  SMS_CODE_MISMATCH: { zh: '输入短信验证码有误', en: 'The SMS code is wrong' },
  SMS_CODE_LOCKED: {
    zh: '错误次数过多，请稍后重新获取短信验证码',
    en: 'Too many wrong codes, please request a new one later',
  },
  SERVICE_UNAVAILABLE: { zh: '服务暂不可用，请稍后再试', en: 'The service is unavailable, please try again later' },
  INBOUND_WAITING: { zh: '尚未收到您发送的短信', en: 'Your message has not arrived yet' },
  INBOUND_NOT_OFFERED: {
    zh: '此处不支持发送短信验证',
    en: 'Confirming by sending a message is not offered here',
  },
};

/** What a success says to a person, by operation. */
const SUCCESSES = {
  imageCaptcha: { zh: '获取图形验证码成功', en: 'Captcha issued' },
  sendSmsCode: { zh: '发送短信成功', en: 'The message has been sent' },
  verifySmsCode: { zh: '手机号验证成功', en: 'The mobile number is confirmed' },
  startInboundVerification: { zh: '请用本机发送短信', en: 'Please send the text from this phone' },
  inboundStatus: { zh: '手机号验证成功', en: 'The mobile number is confirmed' },
} satisfies Record<string, Text>;

export type Operation = keyof typeof SUCCESSES;

export function errmsg(reason: Reason, operation: Operation, language: Language): string {
  return (reason === Reason.OK ? SUCCESSES[operation] : FAILURES[reason])[language];
}
