import { createSlot, type SessionStorage } from './slot';

/** The token that the server gave this browser with a right code; it says nothing of a number. */
export interface DeviceToken {
  get(): string | null | undefined;
  keep(token: string): void;
}

/** Kept for the next visit, unless the page keeps nothing. */
export function createDeviceToken(storage: () => SessionStorage | null = () => localStorage): DeviceToken {
  const slot = createSlot(storage, 'sms-verification-device');
  let token = slot.read();
  return {
    get: () => token,
    keep(given) {
      token = given;
      slot.write(given);
    },
  };
}
