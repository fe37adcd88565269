import type { ProviderPush, PushAnswer } from './provider-push';

/**
 * What became of a message after its provider took it, in the classes of GOV.UK Notify: `temporary-failure` where the phone could not
 * be reached and a later message may arrive, `permanent-failure` where the number takes none, `technical-failure` where the carrier or
 * the provider dropped it, or told nothing that is listed.
 */
export type DeliveryOutcome = 'delivered' | 'temporary-failure' | 'permanent-failure' | 'technical-failure';

export const DELIVERY_OUTCOMES: readonly DeliveryOutcome[] = [
  'delivered',
  'temporary-failure',
  'permanent-failure',
  'technical-failure',
];

/** One provider's word on one message: claims of whoever knows the path, until the message is known for one of ours. */
export interface Receipt {
  /** `SmsMessage.id`, where the provider repeats it. */
  smsId?: string;
  /** The provider's own id of the message, where that is all it tells. */
  messageId?: string;
  /** As `SmsMessage.mobile`, beside `messageId` alone. */
  mobile?: string;
  outcome: DeliveryOutcome;
  /** Of the carrier or the provider: one of a list, or `other`. */
  carrierCode: string;
  /** When the carrier told it, ms since the epoch. */
  at?: number;
}

export interface ReceiptParser {
  /** Receipts name a message by the provider's own id alone, which is known once the send is answered. */
  namesByMessageId?: true;
  /** Reads a push. One that is not the provider's, or can't be read, has no receipts and is answered with 4xx. */
  parse(push: ProviderPush): { receipts: readonly Receipt[]; answer: PushAnswer };
}
