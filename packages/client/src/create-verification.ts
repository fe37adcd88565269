import { createCaptcha } from './captcha';
import { createDeviceToken } from './device';
import { SendSmsCodeDocument, VerifySmsCodeDocument } from './generated/graphql';
import { createMemory, type PendingCode } from './memory';
import type { Outcome } from './outcome';
import { createRequest } from './request';
import type { VerificationState } from './state';
import { preferredLanguage } from './trouble';
import type { Verification, VerificationOptions } from './verification';

export type { CaptchaState } from './captcha-state';
export type { CaptchaKind, VerificationPurpose, VerificationReason } from './generated/graphql';
export type { InboundOffer } from './inbound';
export type { InboundChallenge, Outcome } from './outcome';
export type { VerificationState } from './state';
export { type Language, preferredLanguage, type Trouble } from './trouble';
export type { Verification, VerificationOptions } from './verification';

const TICK_MS = 250;
/** How long a code is waited for whose `expiresIn` never came: the server's default. */
const LOST_CODE_MS = 300_000;

export function createVerification(options: VerificationOptions): Verification {
  const { endpoint, purpose = 'REGISTER', fetch = (...args) => globalThis.fetch(...args), now = Date.now } = options;
  const language = options.language ?? preferredLanguage(globalThis.navigator?.languages ?? []);
  const device = createDeviceToken(options.storage);
  const request = createRequest(endpoint, language, fetch, device.get);
  const memory = createMemory(options.storage, now);
  const inbound = options.inbound?.({
    ...{ request, purpose, memory, now, update, ensureCaptcha, handedIn, confirmed },
    state: () => state,
    uuid: () => captcha.uuid(),
  });
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
    inbound: null,
    smsId: null,
    outcome: null,
  };

  function update(change: Partial<VerificationState>): void {
    const next = { ...state, ...change };
    const wait = memory.waits[next.mobile];
    next.wait = wait ? Math.max(0, Math.ceil((wait.until - now()) / 1000)) : 0;
    next.quota = next.wait > 0 && wait?.quota === true;
    next.codePending = pending?.mobile === next.mobile && pending.until > now();
    next.inbound = inbound?.offer(next.mobile) ?? null;
    next.smsId = pending?.mobile === next.mobile ? pending.smsId : null;
    state = next;
    for (const listener of listeners) listener();
  }

  function tick(): void {
    inbound?.tick();
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
    const onItsWay = sent || (outcome.reason === 'TOO_FREQUENT' && pending?.mobile === mobile);
    return handedIn(mobile, uuid, outcome, onItsWay && 'code');
  }

  /** What follows the answer to a captcha that was handed in; `next`: the step that it leads to, if any. */
  function handedIn(mobile: string, uuid: string, outcome: Outcome, next: VerificationState['step'] | false): Outcome {
    inbound?.keep(mobile, uuid, outcome.inbound);
    // No answer, or nothing consumed: the captcha may still be good. If it was spent after all, nothing is sent twice.
    if (outcome.code && outcome.reason !== 'MISSING_PARAMETER' && outcome.reason !== 'MOBILE_INVALID') captcha.spent();
    // Another number stands there by now, and has nothing to do with this answer.
    const changed = state.mobile !== mobile;
    update({ busy: null, outcome: changed ? null : outcome, step: next && !changed ? next : state.step });
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
      confirmed(outcome, mobile);
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

  function confirmed(outcome: Outcome, mobile: string): void {
    if (outcome.device) device.keep(outcome.device);
    memory.mobile = '';
    inbound?.forget();
    remember(undefined);
    update({ busy: null, outcome, step: 'confirmed', mobile });
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
    startInbound: inbound ? inbound.start : async () => null,
    sendInstead() {
      if (state.inbound) go('inbound');
    },
    back: () => go('request'),
    enterCode() {
      if (state.codePending) go('code');
    },
    reset: () => go('request', ''),
  };
}
