/** The languages of the page, as `<html lang>` and Accept-Language spell them. */
export type PageLanguage = 'zh-CN' | 'en';

/**
 * The first of a person's languages that the page speaks, whatever the region ("zh-TW", "en-GB").
 * Chinese where it speaks none of them: the server's errmsg falls back to the same.
 */
export function pageLanguage(preferred: readonly string[]): PageLanguage {
  for (const tag of preferred) {
    const [primary] = tag.toLowerCase().split('-');
    if (primary === 'zh') return 'zh-CN';
    if (primary === 'en') return 'en';
  }
  return 'zh-CN';
}
