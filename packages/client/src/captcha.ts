import type { CaptchaState } from './captcha-state';
import { type CaptchaKind, GetCaptchaDocument } from './generated/graphql';
import type { Outcome } from './outcome';
import type { Request } from './request';

/** Before this the captcha counts as expired, so that there is time to send what was typed. */
const BEFORE_EXPIRY_S = 5;
const MAX_RETRY_S = 30;

interface CaptchaOutcome extends Outcome {
  readonly uuid?: string | null;
  readonly image?: string | null;
  readonly audio?: string | null;
}

/** The captcha on display. Issues none unless told, and gets over failures by itself. */
export function createCaptcha(request: Request, onChange: (state: CaptchaState) => void) {
  let state: CaptchaState = { kind: 'IMAGE', status: 'none', source: null, problem: '' };
  let uuid: string | null = null;
  let loads = 0;
  let failures = 0;
  let due = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function change(to: Partial<CaptchaState>): void {
    state = { ...state, ...to };
    onChange(state);
  }

  function after(seconds: number, act: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(act, seconds * 1000);
  }

  /** The one on display, or on its way, is over. */
  function end(to: Partial<CaptchaState>): void {
    loads += 1;
    clearTimeout(timer);
    uuid = null;
    due = false;
    change(to);
  }

  /** The newest call wins. Resolves when the captcha is on display or has failed. */
  async function load(kind: CaptchaKind = state.kind): Promise<void> {
    end({ kind, status: 'loading', source: kind === state.kind ? state.source : null });
    const mine = loads;
    const answer: CaptchaOutcome = await request(GetCaptchaDocument, { kind });
    if (mine !== loads) return;
    const source = answer.image ?? answer.audio;
    if (answer.uuid && source) {
      uuid = answer.uuid;
      failures = 0;
      change({ status: 'ready', source, problem: '' });
      const seconds = answer.expiresIn ?? 300;
      after(seconds - Math.min(BEFORE_EXPIRY_S, seconds / 2), () => change({ status: 'expired' }));
      return;
    }
    change({ status: 'failed', source: null, problem: answer.errmsg });
    failures += 1;
    // A mistake of the front end is no outage, and the next request would be the same.
    if (answer.reason === 'REFUSED') return;
    // Not all pages at once, when a server is back.
    after(answer.retryAfter ?? Math.min(MAX_RETRY_S, 2 ** failures) * (0.5 + Math.random() / 2), retry);
  }

  /** A hidden tab asks for nothing; it asks when it is looked at again. */
  function retry(): void {
    due = true;
    onVisible();
  }

  function onVisible(): void {
    if (due && !document.hidden) void load();
  }

  function onOnline(): void {
    if (state.status === 'failed') void load();
  }

  return {
    state: () => state,
    uuid: () => uuid,
    load,
    ensure(): void {
      if (state.status === 'none' || state.status === 'expired') void load();
    },
    /** It was answered, right or wrong. */
    spent: () => end({ status: 'none', source: null, problem: '' }),
    start(): () => void {
      // Handed over as it is: of its members, `signal` is the only one that is an option.
      const over = new AbortController();
      document.addEventListener('visibilitychange', onVisible, over);
      addEventListener('online', onOnline, over);
      return () => {
        clearTimeout(timer);
        over.abort();
      };
    },
  };
}
