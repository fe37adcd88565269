import { randomInt } from 'node:crypto';
import type { Language } from '../captcha/speech/captcha-speech';
import { VERIFICATION_PURPOSES, type VerificationPurpose } from '../sms/purpose';

/** Letters and digits that are not taken for one another; no vowels, so that they make no words. */
const LETTERS = 'CDFGHJKMNPQRTVWXY34679';
const CODE_LENGTH = 8;
/** Longer texts are not looked at: the longest of ours has 24 characters. */
const MAX_TEXT_LENGTH = 200;

/** What a text begins with: whoever is talked into sending one reads in it what it is for. */
const WORDS: Readonly<Record<Language, Readonly<Record<VerificationPurpose, string>>>> = {
  zh: {
    REGISTER: '注册',
    LOGIN: '登录',
    RESET_PASSWORD: '重置密码',
    CHANGE_MOBILE: '更换手机号',
    CONFIRM_PAYMENT: '确认支付',
    GENERIC: '验证手机号',
  },
  en: {
    REGISTER: 'REGISTER',
    LOGIN: 'LOGIN',
    RESET_PASSWORD: 'RESET PASSWORD',
    CHANGE_MOBILE: 'CHANGE MOBILE',
    CONFIRM_PAYMENT: 'CONFIRM PAYMENT',
    GENERIC: 'VERIFY MOBILE',
  },
};

const PURPOSE_OF: ReadonlyMap<string, VerificationPurpose> = new Map(
  VERIFICATION_PURPOSES.flatMap((purpose) =>
    [WORDS.zh, WORDS.en].map((words) => [words[purpose].replaceAll(' ', ''), purpose] as const),
  ),
);

const SIGNATURE = /^\s*[[【][^\]】]{0,40}[\]】]/u;
const CODE_AT_THE_END = new RegExp(`[${LETTERS}]{${CODE_LENGTH}}$`);

/** What makes a text unlike others, from the CSPRNG: 35 bits. Only the mobile that it is bound to can use it. */
export function randomInboundCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** What a person is to send: what it is for, and the code. */
export function inboundText(purpose: VerificationPurpose, code: string, language: Language): string {
  return `${WORDS[language][purpose]} ${code}`;
}

/**
 * Reads what a person sent: blanks, punctuation, case, full-width forms and a signature in front do not matter. Undefined where it is
 * not a purpose with a code: a code alone would not say what it is for.
 */
export function readInboundText(text: string): { purpose: VerificationPurpose; code: string } | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const plain = text
    .normalize('NFKC')
    .replace(SIGNATURE, '')
    .replace(/[\s\p{P}\p{Cf}]+/gu, '')
    .toUpperCase();
  const code = CODE_AT_THE_END.exec(plain)?.[0];
  const purpose = PURPOSE_OF.get(plain.slice(0, -CODE_LENGTH));
  return code && purpose ? { purpose, code } : undefined;
}
