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

/** The same JSON, with those characters escaped that JSON itself may hold as they are; its line breaks stay. */
export const printableJson = (json: string): string =>
  json.replace(ALL_UNPRINTABLE, (character) =>
    character < ' ' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
