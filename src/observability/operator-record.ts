import type { Logger } from '../log';
import { readJsonObject } from '../sms/json-object';
import type { MobileEvent, MobileNote, OperatorStore } from '../store/operator-store';
import type { DomainEvent } from '../verification/events';
import { Reason } from '../verification/reasons';

/** How long counts are gathered before they are written, ms. */
const TALLY_AFTER_MS = 1_000;
/** How often the lines are looked for that operators left for the log, ms. */
const AUDIT_EVERY_MS = 5_000;
/** How long notes are gathered before they are written, ms: a script for many of them costs little more than one for each. */
const NOTE_AFTER_MS = 100;
/** Notes that may wait; more are dropped, since a store that is slow is not to be made slower. */
const MAX_WAITING = 2_000;

/**
 * Keeps for operators what happened to a mobile and how often what happened, and logs what operators changed. Nothing waits for it: where
 * the store fails, or this process is killed, what was not written yet is lost.
 */
export class OperatorRecord {
  private counts: Record<string, number> = {};
  private tallyTimer: NodeJS.Timeout | undefined;
  private readonly auditTimer: NodeJS.Timeout;
  private notes: MobileNote[] = [];
  private noteTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: OperatorStore,
    private readonly log: Logger,
    private readonly clock: () => number,
  ) {
    this.auditTimer = setInterval(() => void this.logAudit(), AUDIT_EVERY_MS).unref();
  }

  readonly observe = (event: DomainEvent): void => {
    switch (event.type) {
      case 'message-sent': {
        const { request, outcome } = event;
        const { class: outcomeClass, provider, providerCode } = outcome;
        this.count(`sent:${outcomeClass}`);
        this.note(request, { event: 'send', outcome: outcomeClass, provider, providerCode });
        break;
      }
      case 'limit-hit': {
        const { rule, retryAfter, request } = event;
        this.count(`refused:${rule}`);
        // Checking a code needs no captcha, so refused checks could fill a mobile's history: they are left out.
        if (request && rule !== 'verify-hour') this.note(request, { event: 'refused', rule, retryAfter });
        break;
      }
      case 'code-verified':
        if (event.reason !== Reason.OK) break;
        this.count('confirmed');
        this.note(event.request, { event: 'code-right' });
        break;
    }
  };

  /** Writes what was counted. */
  async close(): Promise<void> {
    clearInterval(this.auditTimer);
    clearTimeout(this.tallyTimer);
    clearTimeout(this.noteTimer);
    await Promise.all([this.tally(), this.writeNotes()]);
  }

  private count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    this.tallyTimer ??= setTimeout(() => void this.tally(), TALLY_AFTER_MS).unref();
  }

  private async tally(): Promise<void> {
    const { counts } = this;
    this.counts = {};
    this.tallyTimer = undefined;
    if (Object.keys(counts).length > 0) await this.store.tally(counts, this.clock()).catch(() => undefined);
  }

  private note(
    { mobile, ...request }: { mobile: string; purpose: string; uuid?: string; smsId?: string },
    event: Omit<MobileEvent, 'at'>,
  ): void {
    if (this.notes.length >= MAX_WAITING) return;
    const { purpose, uuid, smsId } = request;
    this.notes.push({ mobile, event: { at: this.clock(), ...event, purpose, uuid, smsId } });
    this.noteTimer ??= setTimeout(() => void this.writeNotes(), NOTE_AFTER_MS).unref();
  }

  /** New notes gather while these are written. */
  private async writeNotes(): Promise<void> {
    const { notes } = this;
    this.notes = [];
    if (notes.length > 0) await this.store.noteAll(notes).catch(() => undefined);
    this.noteTimer =
      this.notes.length > 0 ? setTimeout(() => void this.writeNotes(), NOTE_AFTER_MS).unref() : undefined;
  }

  private async logAudit(): Promise<void> {
    const lines = await this.store.takeAudit().catch(() => []);
    for (const line of lines) this.log.info(changeOf(line), 'An operator changed something');
  }
}

/** What a line of the audit says. Whoever can write to Redis could have left another text there. */
function changeOf(line: string): object {
  return readJsonObject(line) ?? { change: 'unreadable' };
}
