import { GetInboundStatusDocument, type VerificationPurpose } from './generated/graphql';
import type { Memory } from './memory';
import type { InboundChallenge, Outcome } from './outcome';
import type { Request } from './request';

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

/** The message that a person may send instead of typing a code, and whether it has come. */
export function createInbound(request: Request, purpose: VerificationPurpose, memory: Memory, now: () => number) {
  let asking = false;
  let askAt = 0;

  function remember(offer: PendingInbound | undefined): void {
    if (offer) memory.inbound[purpose] = offer;
    else delete memory.inbound[purpose];
    memory.keep();
  }

  return {
    /** What this number may send; null where there is nothing, or no more. */
    offer(mobile: string): PendingInbound | null {
      const offer = memory.inbound[purpose];
      return offer?.mobile === mobile && offer.until > now() ? offer : null;
    },
    keep(mobile: string, uuid: string, challenge: InboundChallenge | null | undefined): void {
      if (!challenge) return;
      const { number, text, expiresIn } = challenge;
      remember({ mobile, uuid, number, text, until: now() + expiresIn * 1000 });
    },
    forget: () => remember(undefined),
    /** Asks whether the message has come, if that is due; null where there is no news. */
    async ask(mobile: string): Promise<Outcome | null> {
      const { uuid } = memory.inbound[purpose] ?? {};
      if (!uuid || asking || now() < askAt) return null;
      asking = true;
      const outcome: Outcome = await request(GetInboundStatusDocument, { mobile, uuid, purpose });
      asking = false;
      askAt = now() + (outcome.retryAfter ? outcome.retryAfter * 1000 : ASK_MS);
      // What kept the answer from coming may be over at the next try.
      return outcome.reason === 'OK' || outcome.reason === 'SMS_CODE_EXPIRED' ? outcome : null;
    },
  };
}
