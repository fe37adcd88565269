/**
 * Characters of a header that a client wrote and a parser reads. Browsers write some 150 into any of those; a parser takes milliseconds for the
 * 15,000 that all headers together may have.
 */
const MAX_LENGTH = 1_000;

/** A header that a client may as well leave out, or undefined where it is so long that it counts as left out. */
export function ifWorthReading(header: string | undefined): string | undefined {
  return header === undefined || header.length > MAX_LENGTH ? undefined : header;
}
