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
const LOST_CODE_S = 300;

export function createVerification(options: VerificationOptions): Verification {
  const { endpoint, purpose = 'REGISTER', fetch = (...args) => globalThis.fetch(...args), now = Date.now } = options;
  const language = options.language ?? preferredLanguage(globalThis.navigator?.languages ?? []);
  const device = createDeviceToken(options.storage);
  const request = createRequest(endpoint, language, fetch, device.get);
  const memory = createMemory(options.storage, now);
  const captcha = createCaptcha(request, (captcha) => update({ captcha }));
  const inbound = options.inbound?.({
    ...{ request, purpose, memory, now, update, ensureCaptcha, handedIn, confirmed },
    state: () => state,
    uuid: captcha.uuid,
  });
  const listeners = new Set<() => void>();
  const after = (seconds?: number | null) => now() + (seconds ?? LOST_CODE_S) * 1000;
  let pending = memory.pending[purpose];
  // Somebody else's entry may be of any shape.
  if (
    typeof pending?.mobile !== 'string' ||
    typeof pending.uuid !== 'string' ||
    typeof (pending.smsId ?? '') !== 'string'
  ) {
    pending = undefined;
  }

  // The first `update` adds what follows from these.
  let state = {
    step: pending?.sent ? 'code' : 'request',
    mobile: pending?.mobile ?? memory.mobile,
    busy: null,
    captcha: captcha.state(),
    outcome: null,
  } as VerificationState;

  function update(change: Partial<VerificationState>): void {
    const { mobile = state.mobile } = change;
    const wait = memory.wait(mobile);
    const own = pending?.mobile === mobile ? pending : undefined;
    state = {
      ...state,
      ...change,
      wait,
      quota: wait > 0 && !!memory.waits[mobile]?.quota,
      // Undefined is later than nothing.
      codePending: (own?.until as number) > now(),
      inbound: inbound?.offer(mobile) ?? null,
      smsId: own?.smsId ?? null,
    };
    for (const listener of listeners) listener();
  }

  function tick(): void {
    inbound?.tick();
    if (memory.wait(state.mobile) === state.wait) return;
    update({});
    if (!document.hidden) ensureCaptcha();
  }

  /** A visitor who answers every captcha that was fetched is told apart from a script: none is fetched for nobody. */
  function ensureCaptcha(): void {
    if (state.step === 'request' && !state.busy && !state.wait) captcha.ensure();
  }

  function waitFor(mobile: string, { retryAfter }: Outcome, quota: boolean): void {
    if (retryAfter) memory.waits[mobile] = { until: after(retryAfter), retryAfter, quota };
  }

  function remember(code: PendingCode | undefined): void {
    pending = memory.pending[purpose] = code;
    memory.keep();
  }

  async function send(imageCode: string): Promise<Outcome | null> {
    const { mobile } = state;
    const uuid = captcha.uuid();
    if (state.busy || state.wait || !uuid) return null;
    const before = pending;
    // Before the request, so that a code whose answer was lost on the way can be handed in.
    memory.mobile = mobile;
    // If this answer is lost as well, nobody knows which of the two brought a code.
    const earlier = state.codePending ? before?.uuid : '';
    remember({ mobile, uuid, earlier, until: after() });
    update({ busy: 'send', outcome: null });
    const outcome: Outcome = await request(SendSmsCodeDocument, { mobile, imageCode, uuid, purpose });
    const { reason } = outcome;
    const sent = reason === 'OK' || reason === 'SMS_UNCONFIRMED';
    waitFor(mobile, outcome, !sent && reason !== 'TOO_FREQUENT');
    if (outcome.code)
      remember(sent ? { mobile, uuid, sent, smsId: outcome.smsId, until: after(outcome.expiresIn) } : before);
    const onItsWay = sent || (reason === 'TOO_FREQUENT' && pending?.mobile === mobile);
    return handedIn(mobile, uuid, outcome, onItsWay && 'code');
  }

  /** What follows the answer to a captcha that was handed in; `next`: the step that it leads to, if any. */
  function handedIn(mobile: string, uuid: string, outcome: Outcome, next: VerificationState['step'] | false): Outcome {
    inbound?.keep(mobile, uuid, outcome.inbound);
    // No answer, or nothing consumed: the captcha may still be good. If it was spent after all, nothing is sent twice.
    if (outcome.code && outcome.reason !== 'MISSING_PARAMETER' && outcome.reason !== 'MOBILE_INVALID') captcha.spent();
    return ended(state.mobile === mobile && state.step !== 'confirmed', outcome, next || state.step);
  }

  /** Not `shown` where the person went on meanwhile: what stands there by now has nothing to do with this answer. */
  function ended(shown: boolean, outcome: Outcome, step: VerificationState['step']): Outcome {
    update({ busy: null, ...(shown && { outcome, step }) });
    ensureCaptcha();
    return outcome;
  }

  async function verify(smsCode: string): Promise<Outcome | null> {
    if (state.busy || !pending || state.step !== 'code') return null;
    const { mobile } = pending;
    const check = (uuid: string): Promise<Outcome> =>
      request(VerifySmsCodeDocument, { mobile, smsCode, uuid, purpose });
    update({ busy: 'verify', outcome: null });
    let outcome = await check(pending.uuid);
    if (outcome.reason === 'SMS_CODE_EXPIRED' && pending?.earlier && pending.earlier !== pending.uuid) {
      // Nothing was compared, and nothing of the number counted. From here on it is this one's code.
      pending.uuid = pending.earlier;
      outcome = await check(pending.uuid);
    }
    const { reason } = outcome;
    if (reason === 'OK') return confirmed(outcome, mobile);
    if (reason === 'SMS_CODE_LOCKED') waitFor(mobile, outcome, true);
    // Void: nothing to come back to, but what is on display goes on saying so. No earlier one is guessed at instead.
    if (reason === 'SMS_CODE_LOCKED' || reason === 'SMS_CODE_EXPIRED') remember({ ...pending, earlier: '', until: 0 });
    return ended(state.step === 'code', outcome, 'code');
  }

  function confirmed(outcome: Outcome, mobile: string): Outcome {
    if (outcome.device) device.keep(outcome.device);
    memory.mobile = '';
    inbound?.forget();
    remember(undefined);
    update({ busy: null, outcome, step: 'confirmed', mobile });
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
