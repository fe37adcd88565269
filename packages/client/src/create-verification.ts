import { createCaptcha } from './captcha';
import { createDeviceToken } from './device';
import {
  type CaptchaKind,
  SendSmsCodeDocument,
  type VerificationPurpose,
  VerifySmsCodeDocument,
} from './generated/graphql';
import { createMemory, type PendingCode, type SessionStorage } from './memory';
import type { Outcome } from './outcome';
import { createRequest } from './request';
import type { VerificationState } from './state';
import { type Language, preferredLanguage } from './trouble';

export type { CaptchaState } from './captcha-state';
export type { CaptchaKind, VerificationPurpose, VerificationReason } from './generated/graphql';
export type { Outcome } from './outcome';
export type { VerificationState } from './state';
export { type Language, preferredLanguage, type Trouble } from './trouble';

export interface VerificationOptions {
  /** The server's GraphQL endpoint, such as `https://sms.example/graphql`. */
  endpoint: string | URL;
  /** What the number is confirmed for; absent: REGISTER. A code is good for nothing else. */
  purpose?: VerificationPurpose;
  /** Language of every errmsg; absent: the browser's. */
  language?: Language;
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
  /** From the code back to the request, for another number or another code; `enterCode` goes the other way. */
  back(): void;
  /** To the code that is on its way to this number, if one is. */
  enterCode(): void;
  /** Everything from the start, for another number. */
  reset(): void;
}

const TICK_MS = 250;
/** How long a code is waited for whose `expiresIn` never came: the server's default. */
const LOST_CODE_MS = 300_000;

export function createVerification(options: VerificationOptions): Verification {
  const { endpoint, purpose = 'REGISTER', fetch = (...args) => globalThis.fetch(...args), now = Date.now } = options;
  const language = options.language ?? preferredLanguage(globalThis.navigator?.languages ?? []);
  const device = createDeviceToken(options.storage);
  const request = createRequest(endpoint, language, fetch, device.get);
  const memory = createMemory(options.storage, now);
  const listeners = new Set<() => void>();
  let pending: PendingCode | undefined = memory.pending[purpose];

  const captcha = createCaptcha(request, (captcha) => update({ captcha }));
  let state: VerificationState = {
    step: pending?.sent ? 'code' : 'request',
    mobile: pending?.mobile ?? memory.mobile,
    busy: null,
    captcha: captcha.state(),
    wait: 0,
    quota: false,
    codePending: false,
    smsId: null,
    outcome: null,
  };

  function update(change: Partial<VerificationState>): void {
    const next = { ...state, ...change };
    const wait = memory.waits[next.mobile];
    next.wait = wait ? Math.max(0, Math.ceil((wait.until - now()) / 1000)) : 0;
    next.quota = next.wait > 0 && wait?.quota === true;
    next.codePending = pending?.mobile === next.mobile && pending.until > now();
    next.smsId = pending?.mobile === next.mobile ? pending.smsId : null;
    state = next;
    for (const listener of listeners) listener();
  }

  function tick(): void {
    if (state.wait === 0) return;
    const wait = memory.waits[state.mobile];
    if (wait && Math.ceil((wait.until - now()) / 1000) === state.wait) return;
    update({});
    if (state.wait === 0 && !document.hidden) ensureCaptcha();
  }

  /** A visitor who answers every captcha that was fetched is told apart from a script: none is fetched for nobody. */
  function ensureCaptcha(): void {
    if (state.step === 'request' && !state.busy && state.wait === 0) captcha.ensure();
  }

  function waitFor(mobile: string, seconds: number | null | undefined, quota: boolean): void {
    if (seconds) memory.waits[mobile] = { until: now() + seconds * 1000, quota };
  }

  function remember(code: PendingCode | undefined): void {
    pending = code;
    if (code) memory.pending[purpose] = code;
    else delete memory.pending[purpose];
    memory.keep();
  }

  async function send(imageCode: string): Promise<Outcome | null> {
    const { mobile } = state;
    const uuid = captcha.uuid();
    if (state.busy || state.wait > 0 || !uuid) return null;
    const before = pending;
    // Before the request, so that a code whose answer was lost on the way can be handed in.
    memory.mobile = mobile;
    remember({ mobile, uuid, sent: false, smsId: null, until: now() + LOST_CODE_MS });
    update({ busy: 'send', outcome: null });
    const outcome: Outcome = await request(SendSmsCodeDocument, { mobile, imageCode, uuid, purpose });
    const sent = outcome.reason === 'OK' || outcome.reason === 'SMS_UNCONFIRMED';
    if (sent) {
      const until = now() + (outcome.expiresIn ?? LOST_CODE_MS / 1000) * 1000;
      remember({ mobile, uuid, sent: true, smsId: outcome.smsId ?? null, until });
    } else if (outcome.code) remember(before);
    waitFor(mobile, outcome.retryAfter, !sent && outcome.reason !== 'TOO_FREQUENT');
    memory.keep();
    // No answer, or nothing consumed: the captcha may still be good. If it was spent after all, nothing is sent twice.
    if (outcome.code && outcome.reason !== 'MISSING_PARAMETER' && outcome.reason !== 'MOBILE_INVALID') captcha.spent();
    // Another number stands there by now, and has nothing to do with this answer.
    const changed = state.mobile !== mobile;
    const onItsWay = sent || (outcome.reason === 'TOO_FREQUENT' && pending?.mobile === mobile);
    update({
      busy: null,
      outcome: changed ? null : outcome,
      step: onItsWay && !changed ? 'code' : state.step,
    });
    ensureCaptcha();
    return outcome;
  }

  async function verify(smsCode: string): Promise<Outcome | null> {
    if (state.busy || !pending || state.step !== 'code') return null;
    const { mobile, uuid } = pending;
    update({ busy: 'verify', outcome: null });
    const outcome: Outcome = await request(VerifySmsCodeDocument, { mobile, smsCode, uuid, purpose });
    const { reason } = outcome;
    if (reason === 'OK') {
      if (outcome.device) device.keep(outcome.device);
      memory.mobile = '';
      remember(undefined);
      update({ busy: null, outcome, step: 'confirmed', mobile });
      return outcome;
    }
    if (reason === 'SMS_CODE_LOCKED') waitFor(mobile, outcome.retryAfter, true);
    if (reason === 'SMS_CODE_LOCKED' || reason === 'SMS_CODE_EXPIRED') {
      // Void: nothing to come back to, but what is on display goes on saying so.
      pending = { ...pending, until: 0 };
      delete memory.pending[purpose];
    }
    memory.keep();
    update({ busy: null, outcome });
    return outcome;
  }

  function go(step: VerificationState['step'], mobile = state.mobile): void {
    update({ step, mobile, outcome: null });
    ensureCaptcha();
  }

  update({});
  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      const ticking = setInterval(tick, TICK_MS);
      const stop = captcha.start();
      ensureCaptcha();
      return () => {
        clearInterval(ticking);
        stop();
      };
    },
    setMobile(mobile) {
      if (mobile !== state.mobile) go('request', mobile);
    },
    loadCaptcha: captcha.load,
    ensureCaptcha,
    send,
    verify,
    back: () => go('request'),
    enterCode() {
      if (state.codePending) go('code');
    },
    reset: () => go('request', ''),
  };
}
