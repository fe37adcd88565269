import { LRUCache } from 'lru-cache';
import type { Language } from '../captcha/speech/captcha-speech';
import { ifWorthReading } from './bounded-header';

/** Browsers send less than 100 characters. Longer ones are read anew each time: strangers choose them. */
const MAX_REMEMBERED_LENGTH = 256;
const known = new LRUCache<string, Language>({ max: 500 });

/** English if an Accept-Language header prefers it to Chinese, else Chinese. */
export function preferredLanguage(acceptLanguage: string | undefined): Language {
  const header = ifWorthReading(acceptLanguage);
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

/**
 * What weighs more; of two that weigh the same, what is named first, as RFC 9110, 12.5.4, leaves it to us. `*` is whichever is not named.
 * In one pass over the header.
 */
function choose(header: string): Language {
  const named = new Map<string, { weight: number; at: number }>();
  for (const { 1: range = '', 2: weight = '1', index: at } of header.matchAll(RANGE)) {
    const name = range.toLowerCase();
    if (Number(weight) > (named.get(name)?.weight ?? -1)) named.set(name, { weight: Number(weight), at });
  }
  const any = named.get('*') ?? { weight: 0, at: 0 };
  const zh = named.get('zh') ?? any;
  const en = named.get('en') ?? any;
  const isPreferred = en.weight > zh.weight || (en.weight === zh.weight && en.weight > 0 && en.at < zh.at);
  return isPreferred ? 'en' : 'zh';
}
