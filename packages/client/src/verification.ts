import type { CaptchaKind, VerificationPurpose } from './generated/graphql';
import type { Inbound, InboundHost } from './inbound';
import type { Outcome } from './outcome';
import type { SessionStorage } from './slot';
import type { VerificationState } from './state';
import type { Language } from './trouble';

export interface VerificationOptions {
  /** The server's GraphQL endpoint, such as `https://sms.example/graphql`. */
  endpoint: string | URL;
  /** What the number is confirmed for; absent: REGISTER. A code is good for nothing else. */
  purpose?: VerificationPurpose;
  /** Language of every errmsg; absent: the browser's. */
  language?: Language;
  /** `inbound` of `sms-verification-client/inbound`, where people may send a text instead of typing a code; absent: that is never offered. */
  inbound?: (host: InboundHost) => Inbound;
  fetch?: typeof globalThis.fetch;
  /**
   * Where what survives a reload is kept; absent: sessionStorage, and localStorage for the token of a trusted device; a function that
   * returns null: nowhere.
   */
  storage?: () => SessionStorage | null;
  /** Epoch ms. */
  now?: () => number;
}

/** Confirms one mobile number, from captcha to verified code. */
export interface Verification {
  /** What is to be shown; another object after every change. */
  getState(): VerificationState;
  /** Calls `listener` after every change; returns what ends it. */
  subscribe(listener: () => void): () => void;
  /** Counts down, and gets a captcha if one is needed. Call it when the form is on display; returns what ends it. */
  start(): () => void;
  /** Changes the number. What was asked for with another one is no longer shown. */
  setMobile(mobile: string): void;
  /** Gets another captcha, or one of another kind. */
  loadCaptcha(kind?: CaptchaKind): Promise<void>;
  /** Gets a captcha if one is needed and none is there. Call it when a person is about to type. */
  ensureCaptcha(): void;
  /** Asks for a code. Null where nothing was asked: something is under way, the number has to wait, or there is no captcha. */
  send(imageCode: string): Promise<Outcome | null>;
  /** Hands a code in. Null where nothing was asked: something is under way, or no code was sent. */
  verify(smsCode: string): Promise<Outcome | null>;
  /** To the text that may be sent instead, if one was offered; whether it has come is asked as long as it is shown. */
  sendInstead(): void;
  /** The same at once, for the answer to a captcha, where the server's settings say `inbound`. Null as for `send`. */
  startInbound(imageCode: string): Promise<Outcome | null>;
  /** From the code back to the request, for another number or another code; `enterCode` goes the other way. */
  back(): void;
  /** To the code that is on its way to this number, if one is. */
  enterCode(): void;
  /** Everything from the start, for another number. */
  reset(): void;
}
