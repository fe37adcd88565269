import type { VerificationPurpose } from '../purpose';
import type { SmsMessage } from '../sender';

const PURPOSES: Record<SmsMessage['language'], Record<VerificationPurpose, string>> = {
  zh: {
    REGISTER: '注册',
    LOGIN: '登录',
    RESET_PASSWORD: '重置密码',
    CHANGE_MOBILE: '更换手机号',
    CONFIRM_PAYMENT: '确认支付',
    GENERIC: '',
  },
  en: {
    REGISTER: ' to sign up',
    LOGIN: ' to sign in',
    RESET_PASSWORD: ' to reset your password',
    CHANGE_MOBILE: ' to change your number',
    CONFIRM_PAYMENT: ' to confirm a payment',
    GENERIC: '',
  },
};

/** The text of a message; one segment in either language (GSM-7: 160 characters, UCS-2: 70). */
export function twilioText({ code, minutes, purpose, language }: SmsMessage): string {
  const words = PURPOSES[language][purpose];
  if (language === 'zh') return `${words}验证码 ${code}，${minutes} 分钟内有效，请勿告诉他人。`;
  return `${code} is your code${words}. It is valid for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}. Do not share it.`;
}
