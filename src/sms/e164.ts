/** A mainland number as it is typed, stored and sent: eleven ASCII digits, no country code, no line break. */
const MAINLAND = /^1[3-9]\d{9}$/;

/** Whether these are the eleven digits of a mainland number; `+1…` is none, whatever its digits are. */
export function isMainland(mobile: string): boolean {
  return MAINLAND.test(mobile);
}

/** A number as the rest of the world writes it (ITU-T E.164): `+8613800138000` of `13800138000`; those of other countries are so already. */
export function e164(mobile: string): string {
  return mobile.startsWith('+') ? mobile : `+86${mobile}`;
}
