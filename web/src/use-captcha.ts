import { onScopeDispose, reactive } from 'vue';
import type { Api } from './api';
import type { CaptchaKind } from './generated/graphql';
import type { Messages } from './messages';

/** A captcha about to expire is replaced this much earlier, so that there is time to send what was typed. */
const RENEW_BEFORE_EXPIRY_S = 15;

export interface CaptchaState {
  kind: CaptchaKind;
  /** Name of the captcha on display; null while there is none that could be answered. */
  uuid: string | null;
  /** The data URI of the picture or of the speech, as `kind` says. */
  source: string | null;
  loading: boolean;
  /** Why there is nothing to answer; empty if there is. */
  failure: string;
  /** What a person typed. */
  typed: string;
}

/** The captcha on display: gets one, replaces it when it is spent or about to expire, and empties its answer with it. */
export function useCaptcha(api: Api, messages: Messages, onRenewed: (answerWasLost: boolean) => void) {
  const state: CaptchaState = reactive({
    kind: 'IMAGE',
    uuid: null,
    source: null,
    loading: false,
    failure: '',
    typed: '',
  });
  let latest = 0;
  let deadline = Number.POSITIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Gets a new captcha; the newest call wins. Resolves when it is on display or has failed. */
  async function load(): Promise<void> {
    latest += 1;
    const mine = latest;
    clearTimeout(timer);
    deadline = Number.POSITIVE_INFINITY;
    Object.assign(state, { uuid: null, loading: true, typed: '' });
    const kind = state.kind;
    const answer = await api.captcha(kind);
    if (mine !== latest) return;
    state.loading = false;
    if ('trouble' in answer) return fail(messages[answer.trouble]);
    const { reason, errmsg, uuid, image, audio, expiresIn, retryAfter } = answer.payload;
    const source = kind === 'IMAGE' ? image : audio;
    if (reason !== 'OK' || !uuid || !source) return fail(errmsg, retryAfter);
    Object.assign(state, { uuid, source, failure: '' });
    if (expiresIn) renewAfter(expiresIn - Math.min(RENEW_BEFORE_EXPIRY_S, expiresIn / 2));
  }

  function fail(failure: string, retryAfter?: number | null) {
    Object.assign(state, { source: null, failure });
    if (retryAfter) renewAfter(retryAfter);
  }

  function renewAfter(seconds: number) {
    deadline = Date.now() + seconds * 1000;
    timer = setTimeout(renewIfDue, seconds * 1000);
  }

  /** A hidden tab asks for nothing; it renews when it is looked at again. */
  async function renewIfDue() {
    if (document.hidden || Date.now() < deadline) return;
    const answerWasLost = state.typed !== '';
    await load();
    if (state.uuid) onRenewed(answerWasLost);
  }

  function onOnline() {
    if (state.failure) void load();
  }

  document.addEventListener('visibilitychange', renewIfDue);
  window.addEventListener('online', onOnline);
  onScopeDispose(() => {
    latest += 1;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', renewIfDue);
    window.removeEventListener('online', onOnline);
  });
  void load();

  return {
    state,
    load,
    async switchTo(kind: CaptchaKind) {
      Object.assign(state, { kind, source: null });
      await load();
    },
  };
}
