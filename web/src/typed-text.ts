/** What a Chinese input method leaves behind: full-width forms become ASCII, blanks, hyphens and brackets go. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/[\s()\-\u2010-\u2015]+/g, '');
}

/** A mobile number as it was typed, pasted or filled in, without the country code. Other characters stay, to be told. */
export function typedMobile(text: string): string {
  return plain(text)
    .replace(/^(?:\+|00)86(?=1)/, '')
    .replace(/^86(?=1[3-9][0-9]{9}$)/, '');
}

/** A captcha's answer as it was typed or pasted. */
export function typedCaptcha(text: string): string {
  return plain(text);
}

/** A code of `length` digits as it was typed, or pasted with the message around it: "【美多】123456". */
export function typedSmsCode(text: string, length: number): string {
  const code = plain(text);
  if (/^[0-9]*$/.test(code)) return code;
  const inMessage = text
    .normalize('NFKC')
    .split(/[^0-9]+/)
    .find((digits) => isSmsCode(digits, length));
  return inMessage ?? code;
}

export function isMobile(text: string): boolean {
  return /^1[3-9][0-9]{9}$/.test(text);
}

/** A number of another country, in E.164. Which of them there are the server knows. */
export function isAbroad(text: string): boolean {
  return /^\+[1-9][0-9]{6,14}$/.test(text) && !text.startsWith('+86');
}

export function isSmsCode(text: string, length: number): boolean {
  return text.length === length && /^[0-9]+$/.test(text);
}

/** 13800138000 as people read it aloud: 138 0013 8000. */
export function spacedMobile(mobile: string): string {
  return mobile.replace(/^(1..)(....)(....)$/, '$1 $2 $3');
}
