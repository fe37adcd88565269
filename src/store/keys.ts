/** The store layout that other services of the shop read: see docs/guarantees.md before changing a name. */

export const captchaKey = (uuid: string): string => `img:${uuid}`;

export const codeKey = (mobile: string): string => `sms:${mobile}`;

/** `code:count`, the wrong codes tried against this very code; lives as long as the code. */
export const attemptsKey = (mobile: string): string => `{sms:${mobile}}:attempts`;

/** Wrong codes in a row over any number of codes. At its limit it stays for the time that the mobile must wait. */
export const failuresKey = (mobile: string): string => `{sms:${mobile}}:failures`;
