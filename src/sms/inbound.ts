import { textOf } from './json-object';
import type { ProviderPush, PushAnswer } from './provider-push';

/** A message that a person sent, as its carrier tells it. */
export interface InboundMessage {
  /** A mainland number by its eleven digits, any other by E.164 with its plus; anything where the provider told something else. */
  from: string;
  text: string;
}

export interface InboundParser {
  /** Reads a push. One that is not the provider's, or can't be read, has no messages and is answered with 4xx. */
  parse(push: ProviderPush): { messages: readonly InboundMessage[]; answer: PushAnswer };
}

/** Eleven digits of a mainland number that a mainland provider wrote with or without its country; anything else as it is. */
export function mainlandSender(number: unknown): string {
  return textOf(number).replace(/^(?:\+|00)?86(?=1\d{10}$)/, '');
}
