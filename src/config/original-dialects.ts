/** What ORIGINAL_API may say: `1` is `table`; with `-4` captchas have four letters. docs/original-api.md tells which page needs which. */
export const ORIGINAL_DIALECTS = [
  '1',
  'table',
  'table-4',
  'listing',
  'listing-4',
  'strings',
  'strings-4',
  'numbers',
  'numbers-4',
  'status',
  'status-4',
] as const;

export type OriginalDialect = (typeof ORIGINAL_DIALECTS)[number];
