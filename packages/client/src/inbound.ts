import {
  GetInboundStatusDocument,
  StartInboundVerificationDocument,
  type VerificationPurpose,
} from './generated/graphql';
import type { Memory } from './memory';
import type { InboundChallenge, Outcome } from './outcome';
import type { Request } from './request';
import type { VerificationState } from './state';

/** What a person may send from the phone itself. */
export interface InboundOffer {
  /** Where to, as it is dialled. */
  readonly number: string;
  readonly text: string;
  /** Until when it must arrive, epoch ms. */
  readonly until: number;
}

export interface PendingInbound extends InboundOffer {
  readonly mobile: string;
  /** The captcha's uuid that was spent on it. */
  readonly uuid: string;
}

/** How often the server is asked where it does not say, ms. */
const ASK_MS = 3_000;

/** What a verification lends to this part of it. */
export interface InboundHost {
  readonly request: Request;
  readonly purpose: VerificationPurpose;
  readonly memory: Memory;
  now(): number;
  state(): VerificationState;
  update(change: Partial<VerificationState>): void;
  /** Of the captcha on display. */
  uuid(): string | null;
  ensureCaptcha(): void;
  handedIn(mobile: string, uuid: string, outcome: Outcome, next: VerificationState['step'] | false): Outcome;
  confirmed(outcome: Outcome, mobile: string): void;
}

/** The message that a person may send instead of typing a code, and whether it has come. */
export interface Inbound {
  /** What this number may send; null where there is nothing, or no more. */
  offer(mobile: string): PendingInbound | null;
  keep(mobile: string, uuid: string, challenge: InboundChallenge | null | undefined): void;
  forget(): void;
  /** Spends a captcha on an offer. */
  start(imageCode: string): Promise<Outcome | null>;
  /** Asks whether the message has come, if that is due. */
  tick(): void;
}

/** For `createVerification({ inbound })`: a way in of its own, so that it weighs nothing where it is not used. */
export function inbound(host: InboundHost): Inbound {
  const { request, purpose, memory, now } = host;
  /** It is under way, or was just done. */
  let asking = false;
  const kept = memory.inbound[purpose];
  // Somebody else's entry may be of any shape.
  if (![kept?.mobile, kept?.uuid, kept?.number, kept?.text].every((value) => typeof value === 'string')) {
    delete memory.inbound[purpose];
  }

  function remember(offer: PendingInbound | undefined): void {
    if (offer) memory.inbound[purpose] = offer;
    else delete memory.inbound[purpose];
    memory.keep();
  }

  async function ask(): Promise<void> {
    const { mobile } = host.state();
    const { uuid } = memory.inbound[purpose] ?? {};
    if (!uuid || asking) return;
    asking = true;
    const outcome: Outcome = await request(GetInboundStatusDocument, { mobile, uuid, purpose });
    // A timer, which goes on as before where somebody sets the clock.
    const again = () => {
      asking = false;
    };
    setTimeout(again, outcome.retryAfter ? outcome.retryAfter * 1000 : ASK_MS);
    const { step, mobile: shown } = host.state();
    if (step !== 'inbound' || shown !== mobile) return;
    if (outcome.reason === 'OK') host.confirmed(outcome, mobile);
    // What else kept the answer from coming may be over at the next try, and an older offer's end says nothing of this one.
    if (outcome.reason !== 'SMS_CODE_EXPIRED' || memory.inbound[purpose]?.uuid !== uuid) return;
    remember(undefined);
    host.update({ step: 'request', outcome });
    host.ensureCaptcha();
  }

  return {
    offer(mobile) {
      const offer = memory.inbound[purpose];
      return offer?.mobile === mobile && offer.until > now() ? offer : null;
    },
    keep(mobile, uuid, challenge) {
      if (!challenge) return;
      const { number, text, expiresIn } = challenge;
      remember({ mobile, uuid, number, text, until: now() + expiresIn * 1000 });
    },
    forget: () => remember(undefined),
    async start(imageCode) {
      const { mobile, busy } = host.state();
      const uuid = host.uuid();
      if (busy || !uuid) return null;
      host.update({ busy: 'send', outcome: null });
      const outcome: Outcome = await request(StartInboundVerificationDocument, { mobile, imageCode, uuid, purpose });
      memory.mobile = mobile;
      return host.handedIn(mobile, uuid, outcome, outcome.inbound ? 'inbound' : false);
    },
    tick() {
      if (host.state().step === 'inbound' && !document.hidden) void ask();
    },
  };
}
