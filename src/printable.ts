/**
 * What a terminal obeys, breaks a line at, or turns the direction of writing with: whoever may write it into a log or a listing decides
 * what its reader sees.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
const ALL_UNPRINTABLE = new RegExp(UNPRINTABLE, 'gu');

export const isPrintable = (text: string): boolean => !UNPRINTABLE.test(text);

/** The text as one line that can be written to a terminal: `?` for each character that can't. */
export const printable = (text: string): string => text.replace(ALL_UNPRINTABLE, '?');

/** The same for a text of several lines. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');

/** Those of them that JSON may hold as they are. */
const UNESCAPED = /[\u007F-\u009F\u2028\u2029\p{Bidi_Control}]/gu;

/** The same JSON, with each of these escaped. */
export const printableJson = (json: string): string =>
  json.replace(UNESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
