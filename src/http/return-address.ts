/**
 * Where a link asks the page to hand the ticket to, as in `/?return=https://shop.example/confirmed`. What is compared is the origin that the
 * URL parser finds, the same that a browser would go to, and what is used from there on is the parser's own spelling.
 * @param origins those that may be handed tickets, in the parser's spelling.
 * @returns undefined if the link asks for nothing; `{ refused }`, with the origin that was asked for, if it may not be.
 */
export function returnAddress(
  query: string,
  origins: readonly string[],
): { url: URL } | { refused: string } | undefined {
  // Most visitors bring no link of a shop's.
  if (!query) return undefined;
  const [asked, ...more] = new URLSearchParams(query).getAll('return');
  if (asked === undefined) return undefined;
  // Without a base: `//elsewhere.example` and other relative addresses are none.
  const url = URL.canParse(asked) ? new URL(asked) : undefined;
  const good =
    url !== undefined &&
    more.length === 0 &&
    // A blob: address has the origin of the page that made it.
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    origins.includes(url.origin);
  return good ? { url } : { refused: url?.origin ?? 'none' };
}
