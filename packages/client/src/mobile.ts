/** Calling codes of plans whose numbers may begin with a 0 that is part of them; everywhere else that 0 is for calls within the country. */
const KEEPS_ZERO = ['225', '229', '241', '242', '378', '39'];

/** What an input method leaves behind: full-width forms become ASCII, blanks, hyphens, dots and brackets go. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/[\s().\-\u2010-\u2015]+/g, '');
}

/**
 * A number as the server takes it, of what was typed beside a menu of countries: eleven digits of the mainland (`86`), E.164 of any other.
 * Whoever types a plus means a number with its country; it is kept. Whether there is such a number the server says.
 */
export function internationalMobile(typed: string, callingCode: string): string {
  const text = plain(typed).replace(/^00(?=[1-9])/, '+');
  const withCountry = text.startsWith('+') ? text : `+${callingCode}${nationalNumber(text, callingCode)}`;
  return withCountry.replace(/^\+86(?=1|$)/, '');
}

/** What of a number, as the server takes it, is typed beside a menu that shows this calling code. */
export function nationalMobile(mobile: string, callingCode: string): string {
  return mobile.startsWith(`+${callingCode}`) ? mobile.slice(1 + callingCode.length) : mobile;
}

function nationalNumber(text: string, callingCode: string): string {
  return KEEPS_ZERO.includes(callingCode) ? text : text.replace(/^0/, '');
}
