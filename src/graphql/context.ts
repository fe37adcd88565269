import type { Language } from '../captcha/speech/captcha-speech';
import type { Client } from '../limits/rules';

/** What a resolver knows of the request besides its arguments. */
export interface GraphqlContext {
  /** Whom the limits count. */
  client: Client;
  /** The language of `errmsg` and of spoken captchas. */
  language: Language;
  /** The number of the trusted device whose token was shown. */
  device?: string;
}
