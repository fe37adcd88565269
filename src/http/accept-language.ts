import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
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

function choose(header: string): Language {
  for (const range of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    const primary = range.toLowerCase().split('-')[0];
    if (primary === 'zh' || primary === 'en') return primary;
    if (primary === '*') break;
  }
  return 'zh';
}
