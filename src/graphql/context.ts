import type { Language } from '../errmsg';

/** What a resolver knows of the request besides its arguments. */
export interface GraphqlContext {
  /** Whom the client limits count: a keyed hash of the client's address (an IPv6 address counts as its /64). */
  client: string;
  /** The language of `errmsg` and of spoken captchas. */
  language: Language;
}
