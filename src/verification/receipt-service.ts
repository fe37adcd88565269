import type { Logger } from '../log';
import { type PushHandler, pushHandlers } from '../sms/provider-push';
import type { Receipt, ReceiptParser } from '../sms/receipts';
import type { SmsMessage, SmsOutcome } from '../sms/sender';
import type { MessageNote } from '../store/message-record';
import { type Store, StoreUnavailableError } from '../store/store';
import type { Observer } from './events';
import type { SmsIds } from './sms-ids';

export interface ReceiptServiceDependencies {
  store: Store;
  smsIds: Pick<SmsIds, 'sentAt'>;
  observe: Observer;
  log: Logger;
  /** ms since the epoch. */
  clock: () => number;
  /** A keyed hash that stands for a mobile. */
  personOf: (mobile: string) => string;
  /** Who reads the receipts of each provider that tells any. */
  parsers: Readonly<Record<string, ReceiptParser>>;
  /** How long a provider's answer to a send is waited for, ms: its receipt may come first. */
  sendTimeoutMs: number;
}

/** How long anything is known of a message, and a receipt is taken for it, ms after it was asked for. */
export const MESSAGE_LIFE_MS = 24 * 60 * 60 * 1000;
/** How long an unconfirmed message may be meant by its mobile alone, ms. */
const LINK_BY_MOBILE_MS = 60 * 60 * 1000;
/** An id of a provider is no longer than this. */
const MESSAGE_ID = /^[\w.:-]{1,128}$/;
/** Receipts that wait for the answer to their send. */
const MAX_EARLY = 1_000;
/** Nearly every send is answered within this, ms; when it must be over, there is one more look. */
const EARLY_MS = 1_000;

/** How often a receipt was looked at before; 2 at the last look. */
type Look = 0 | 1 | 2;

/**
 * What became of messages: what was said at the send, and what receipts tell afterwards. A receipt is a claim of whoever knows the path. It
 * is believed of messages of ours alone, once, and moves nothing but what is known of that message: no limit, no count, no code.
 */
export class ReceiptService {
  private readonly early = new Set<NodeJS.Timeout>();

  constructor(private readonly dependencies: ReceiptServiceDependencies) {}

  /**
   * Who deals with the pushes of each provider that tells any. They reject with StoreUnavailableError if the receipts should come again;
   * those that were taken are then duplicates.
   */
  get handlers(): Record<string, PushHandler> {
    return pushHandlers(this.dependencies.parsers, async ({ receipts }, provider) => {
      for (const receipt of receipts) await this.receive(provider, receipt, 0);
    });
  }

  /** Notes the outcome of a send, if it is not the usual one. Never rejects: a send is what it is, noted or not. */
  async sent(message: Pick<SmsMessage, 'id' | 'mobile'>, outcome: SmsOutcome): Promise<void> {
    const { log } = this.dependencies;
    try {
      await this.link(message, outcome);
      if (outcome.class !== 'accepted') await this.noteSend(message.id, outcome);
    } catch (error) {
      const fields = { smsId: message.id };
      if (error instanceof StoreUnavailableError)
        log.warn({ ...fields, error: error.message }, 'What became of a message is not stored: the store failed');
      else
        log.error(
          { ...fields, stack: (error as Error).stack },
          'What became of a message could not be stored: please report the stack',
        );
    }
  }

  close(): void {
    for (const timer of this.early) clearTimeout(timer);
    this.early.clear();
  }

  private async link({ id, mobile }: Pick<SmsMessage, 'id' | 'mobile'>, outcome: SmsOutcome): Promise<void> {
    const { store, parsers, personOf } = this.dependencies;
    const { provider, messageId } = outcome;
    if (!parsers[provider]?.namesByMessageId) return;
    if (outcome.class === 'accepted' && messageId) {
      await store.linkMessage(`${provider}:${messageId}`, id, MESSAGE_LIFE_MS);
    }
    if (outcome.class === 'unknown') await store.linkMessage(`${provider}:${personOf(mobile)}`, id, LINK_BY_MOBILE_MS);
  }

  private async noteSend(smsId: string, { class: outcome, provider, providerCode: code }: SmsOutcome): Promise<void> {
    const { store, clock, observe } = this.dependencies;
    const note: MessageNote = { outcome, provider, code, at: clock() };
    const { record } = await store.noteMessage(smsId, 'send', note, MESSAGE_LIFE_MS);
    // The receipt came first.
    if (outcome === 'unknown' && record.delivery) {
      observe({ type: 'unconfirmed-resolved', smsId, provider, outcome: record.delivery.outcome });
    }
  }

  private async receive(provider: string, receipt: Receipt, look: Look): Promise<void> {
    const { store, smsIds, clock, observe } = this.dependencies;
    const { messageId, outcome, carrierCode, at } = receipt;
    const smsId = receipt.smsId ?? (await this.meant(provider, receipt, look));
    if (smsId === undefined && messageId !== undefined && look < 2 && this.waits(provider, receipt, look)) return;
    const now = clock();
    const sentAt = smsId === undefined ? undefined : smsIds.sentAt(smsId);
    if (smsId === undefined || sentAt === undefined || now - sentAt >= MESSAGE_LIFE_MS) {
      return observe({ type: 'receipt-ignored', provider, reason: 'foreign' });
    }
    const note: MessageNote = { outcome, provider, code: carrierCode, at: now };
    // No longer than any receipt is taken, so that none counts twice.
    const ttlMs = Math.min(MESSAGE_LIFE_MS, sentAt + MESSAGE_LIFE_MS - now);
    const { isNew, record } = await store.noteMessage(smsId, 'delivery', note, ttlMs);
    if (!isNew) return observe({ type: 'receipt-ignored', provider, reason: 'duplicate' });
    const toldAt = at !== undefined && at <= now ? at : now;
    const seconds = Math.max(0, toldAt - sentAt) / 1000;
    observe({ type: 'delivery-reported', smsId, provider, outcome, carrierCode, seconds });
    if (record.send?.outcome === 'unknown') observe({ type: 'unconfirmed-resolved', smsId, provider, outcome });
  }

  /** The message that a provider names by its own id, or of which no id is known since its answer never came. */
  private async meant(provider: string, { messageId, mobile }: Receipt, look: Look): Promise<string | undefined> {
    const { store, personOf } = this.dependencies;
    if (messageId === undefined || !MESSAGE_ID.test(messageId)) return undefined;
    const meant = await store.linkedMessage(`${provider}:${messageId}`);
    // Before the last look the answer with the id may still be on its way.
    if (meant !== undefined || look < 2 || mobile === undefined) return meant;
    return store.linkedMessage(`${provider}:${personOf(mobile)}`);
  }

  /** Looks at the receipt again when its send is likely to be answered, or must be; false if too many wait. */
  private waits(provider: string, receipt: Receipt, look: Look): boolean {
    if (this.early.size >= MAX_EARLY) return false;
    const timer = setTimeout(
      () => {
        this.early.delete(timer);
        this.receive(provider, receipt, look === 0 ? 1 : 2).catch((error: Error) => {
          const { log } = this.dependencies;
          if (error instanceof StoreUnavailableError)
            log.warn({ error: error.message }, 'A receipt is lost: the store failed');
          else
            log.error({ stack: error.stack }, 'A receipt is lost by a fault of this server: please report the stack');
        });
      },
      look === 0 ? EARLY_MS : this.dependencies.sendTimeoutMs,
    );
    timer.unref();
    this.early.add(timer);
    return true;
  }
}
