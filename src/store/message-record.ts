/** What became of a message at one step of its way. Every word is one that log lines may have, without blanks. */
export interface MessageNote {
  /** Of the send (SmsOutcomeClass), or of the delivery (DeliveryOutcome). */
  outcome: string;
  provider: string;
  /** The provider's or the carrier's. */
  code: string;
  /** ms since the epoch, on the clock of the server that noted it. */
  at: number;
}

/**
 * What is known of a message, by its smsId, for 24 hours at most; no mobile. `send` is there only for a message that was not accepted,
 * `delivery` once a receipt came.
 */
export interface MessageRecord {
  send?: MessageNote;
  delivery?: MessageNote;
}

export type MessageStep = keyof MessageRecord;

export function noteText({ outcome, provider, code, at }: MessageNote): string {
  return `${outcome} ${provider} ${code} ${at}`;
}

/** A record as stores keep it: a line for each step, its name and its note. */
export function parseRecord(text: string): MessageRecord {
  const notes = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): [string, MessageNote] => {
      const [step = '', outcome = '', provider = '', code = '', at] = line.split(' ');
      return [step, { outcome, provider, code, at: Number(at) }];
    });
  return Object.fromEntries(notes);
}
