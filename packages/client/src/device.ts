import type { SessionStorage } from './memory';

const STORAGE_KEY = 'sms-verification-device';

/** The token that the server gave this browser with a right code; it says nothing of a number. */
export interface DeviceToken {
  get(): string | null;
  keep(token: string): void;
}

/** Kept for the next visit, unless the page keeps nothing. */
export function createDeviceToken(storage: () => SessionStorage | null = () => localStorage): DeviceToken {
  let token: string | null = null;
  try {
    token = storage()?.getItem(STORAGE_KEY) ?? null;
  } catch {
    // No storage: it lasts as long as the page does.
  }
  return {
    get: () => token,
    keep(given) {
      token = given;
      try {
        storage()?.setItem(STORAGE_KEY, given);
      } catch {
        // As above.
      }
    },
  };
}
