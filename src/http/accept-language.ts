import { LRUCache } from 'lru-cache';
import type { Language } from '../captcha/speech/captcha-speech';

/** Browsers send less than 100 characters. Longer ones are read anew each time: strangers choose them. */
const MAX_REMEMBERED_LENGTH = 256;
const known = new LRUCache<string, Language>({ max: 500 });

/** English if an Accept-Language header prefers it to Chinese, else Chinese. */
export function preferredLanguage(header: string | undefined): Language {
  if (!header) return 'zh';
  if (header.length > MAX_REMEMBERED_LENGTH) return choose(header);
  let language = known.get(header);
  if (!language) {
    language = choose(header);
    known.set(header, language);
  }
  return language;
}

/** A range that decides, alone between commas, with its weight. What other languages weigh is nothing to us. */
const RANGE = /(?:^|,)[ \t]*(zh|en|\*)(?:-[\w-]*)?[ \t]*(?:;[ \t]*q=(\d(?:\.\d*)?)[ \t]*)?(?=,|$)/gi;

/** The first of those with the greatest weight, as RFC 9110, 12.5.4, leaves it to us, in one pass over the header. */
function choose(header: string): Language {
  let best = '';
  let most = 0;
  for (const [, range = '', weight = '1'] of header.matchAll(RANGE)) {
    if (Number(weight) <= most) continue;
    best = range;
    most = Number(weight);
    if (most >= 1) break;
  }
  return best.toLowerCase() === 'en' ? 'en' : 'zh';
}
