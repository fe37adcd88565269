import type { PendingInbound } from './inbound';
import { createSlot, type SessionStorage } from './slot';

/** The request that a code was asked for with: what has to be handed in beside it. The code itself is never kept. */
export interface PendingCode {
  mobile: string;
  /** The captcha's uuid that was spent on it. */
  uuid: string;
  /** False while nobody knows: the answer is still to come, or was lost. */
  sent: boolean;
  /** For support, who find the message under it; null where the server did not say. */
  smsId: string | null;
  /** Until when the code is good, epoch ms. */
  until: number;
}

/** How long a number has to wait. */
export interface Wait {
  /** Epoch ms. */
  until: number;
  /** A cap or a lockout, not the cooldown after a message. */
  quota: boolean;
}

interface Remembered {
  /** The number that a code was last asked for; empty once it is confirmed. */
  mobile: string;
  /** By purpose. */
  pending: Record<string, PendingCode>;
  /** By purpose. */
  inbound: Record<string, PendingInbound>;
  /** By mobile. */
  waits: Record<string, Wait>;
}

export interface Memory extends Remembered {
  keep(): void;
}

/** What survives a reload of the tab, without what is over. */
export function createMemory(storage: () => SessionStorage | null = () => sessionStorage, now: () => number): Memory {
  const live = <Entry extends { until: number }>(entries: Record<string, Entry> = {}) =>
    Object.fromEntries(Object.entries(entries).filter(([, { until }]) => until > now()));
  const slot = createSlot(storage, 'sms-verification');
  let stored: Partial<Remembered> = {};
  try {
    stored = JSON.parse(slot.read() ?? '{}');
  } catch {
    // Somebody else's entry.
  }
  const memory: Memory = {
    mobile: stored.mobile ?? '',
    pending: live(stored.pending),
    inbound: live(stored.inbound),
    waits: live(stored.waits),
    keep() {
      const { mobile, pending, inbound, waits } = memory;
      slot.write(JSON.stringify({ mobile, pending, inbound, waits }));
    },
  };
  return memory;
}
