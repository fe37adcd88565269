import type { PendingInbound } from './inbound';
import { createSlot, type SessionStorage } from './slot';

/** The request that a code was asked for with: what has to be handed in beside it. The code itself is never kept. */
export interface PendingCode {
  mobile: string;
  /** The captcha's uuid that was spent on it. */
  uuid: string;
  /** That of the request before this one, as long as it may be the one that brought the code. */
  earlier?: string;
  /** Absent while nobody knows: the answer is still to come, or was lost. */
  sent?: boolean;
  /** For support, who find the message under it; absent or null where the server did not say. */
  smsId?: string | null;
  /** Until when the code is good, epoch ms. */
  until: number;
}

/** How long a number has to wait. */
export interface Wait {
  /** Epoch ms. */
  until: number;
  /** What the server said, seconds: no clock that is set makes it more. */
  retryAfter: number;
  /** A cap or a lockout, not the cooldown after a message. */
  quota: boolean;
}

interface Remembered {
  /** The number that a code was last asked for; empty once it is confirmed. */
  mobile: string;
  /** By purpose. */
  pending: Record<string, PendingCode | undefined>;
  /** By purpose. */
  inbound: Record<string, PendingInbound>;
  /** By mobile. */
  waits: Record<string, Wait>;
}

export interface Memory extends Remembered {
  /** Seconds that a number has to wait still. */
  wait(mobile: string): number;
  keep(): void;
}

/** What survives a reload of the tab, without what is over. */
export function createMemory(storage: () => SessionStorage | null = () => sessionStorage, now: () => number): Memory {
  const live = <Entry extends { until: number }>(entries: unknown) =>
    Object.fromEntries(
      Object.entries((entries ?? {}) as Record<string, Entry>).filter(
        ([, entry]) => typeof entry?.until === 'number' && entry.until > now(),
      ),
    );
  const slot = createSlot(storage, 'sms-verification');
  let stored: { [Key in keyof Remembered]?: unknown } = {};
  try {
    // Of no entry, null is what comes out.
    stored = JSON.parse(slot.read() as string) ?? {};
  } catch {
    // Somebody else's entry.
  }
  const memory: Memory = {
    mobile: typeof stored.mobile === 'string' ? stored.mobile : '',
    pending: live<PendingCode>(stored.pending),
    inbound: live<PendingInbound>(stored.inbound),
    waits: live<Wait>(stored.waits),
    wait(mobile) {
      const wait = memory.waits[mobile];
      if (typeof wait?.retryAfter !== 'number') return 0;
      // A clock that was set back makes nobody wait longer.
      wait.until = Math.min(wait.until, now() + wait.retryAfter * 1000);
      return Math.ceil(Math.max(0, wait.until - now()) / 1000);
    },
    // Which leaves the functions out.
    keep: () => slot.write(JSON.stringify(memory)),
  };
  return memory;
}
